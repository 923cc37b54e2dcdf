// allauth's script reports a passkey that was refused or cancelled only to the console; people look at the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-problem").hidden = false;
});
