"""Create the corpus's files for acquisition challenges, see ``build``.

The challenges "market" and "market-2023" (in DataPerf's form) are those of ``tests.markets``.
"""

from __future__ import annotations

TEXTS = {
    # Valid, if unusual.
    "buy.txt": "10, 30, 4",
    "buy-column.txt": "10\n30\n4\n",
    "buy-commented.txt": "\ufeff# mill, barn, loft\r\n+10,\t30, 004\r\n\r\n",
    "buy-nothing.txt": "0,0,-0\n",
    "buy-to-the-last-cent.csv": "seller,rows\nmill,25\n",
    "buy-both.csv": 'task,seller,rows\nink,"loft",4\r\ntea,mill,10\n\nink,mill,1\n',
    "buy-everything.txt": "40,60,20\n",
    # Numbers.
    "buy-minus.txt": "10,-30,4\n",
    "buy-fraction.txt": "10,1.5,4\n",
    "buy-exponent.txt": "1e1,30,4\n",
    "buy-hexadecimal.txt": "0x0A,30,4\n",
    "buy-nan.txt": "10,nan,inf\n",
    "buy-underscore.txt": "1_0,30,4\n",
    "buy-fullwidth.txt": "10,\uff13\uff10,4\n",
    "buy-formula.txt": "10,=1+1,4\n",
    "buy-escape.txt": "10,\x1b[2J,4\n",
    "buy-too-many.txt": "10,61,4\n",
    "buy-wraps-around.txt": "10,18446744073709551646,4\n",
    "buy-endless.txt": "10," + "9" * 5000 + ",4\n",
    "buy-endless-zeros.txt": "10," + "0" * 5000 + ",-" + "0" * 5000 + "\n",
    "buy-endless-zeros.csv": "seller,rows\nmill," + "0" * 5000 + "\nbarn," + "0" * 5000 + "7\n",
    "buy-gap.txt": "10,,4\n",
    # Lines.
    "buy-comma-behind.txt": "10,30,4,\n",
    "buy-two-numbers.txt": "10,30\n",
    "buy-four-numbers.txt": "10,30,4,1\n",
    "buy-two-lines.txt": "10,30,4\n10,30,4\n",
    "buy-semicolons.txt": "10;30;4\n",
    "buy-blanks.txt": "10 30 4\n",
    "buy-comments.txt": "# 10,30,4\n",
    "buy-many-lines.txt": "1\n" * 40_000,
    "buy-in-brackets.txt": "[10, 30, 4]\n",
    # Sellers and markets.
    "buy-unknown-seller.csv": "seller,rows\nmill,10\nmi\u0456l,1\n",
    "buy-seller-in-capitals.csv": "seller,rows\nMill,10\n",
    "buy-seller-twice.csv": "seller,rows\nmill,10\nloft,1\nmill,-10\n",
    "buy-nobody.csv": "seller,rows\n,10\n",
    "buy-no-header.csv": "mill,10\nloft,1\n",
    "buy-third-market.csv": "task,seller,rows\nrum,mill,1\ntea,mill,1\n",
    "buy-one-market.csv": "task,seller,rows\ntea,mill,1\n",
    # The budget.
    "buy-a-row-too-much.csv": "seller,rows\nmill,25\nbarn,1\n",
    "buy-negative-to-pay.csv": "seller,rows\nmill,40\nloft,-20\n",
}

FILES = {name: text.encode() for name, text in TEXTS.items()} | {
    "buy-utf-16.txt": "10,30,4\n".encode("utf-16"),
    "buy-utf-16-without-mark.txt": "10,30,4\n".encode("utf-16-le"),
    "buy-latin-1.txt": "10,30,4 # für morgen\n".encode("latin-1"),
    "buy-cut-utf-8.txt": b"10,30,4 \xe2\x82\n",
}
