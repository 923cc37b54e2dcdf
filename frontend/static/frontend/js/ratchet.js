// Small comforts. Every page can be read and every form sent without them.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  // Times in the reader's zone; the exact moment in UTC stays in the title.
  const styles = {
    date: { day: "numeric", month: "short", year: "numeric" },
    time: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    exact: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  };
  const localise = (root) => {
    for (const element of root.querySelectorAll("time[datetime][data-style]")) {
      const moment = new Date(element.dateTime);
      const style = styles[element.dataset.style] || styles.time;
      if (!Number.isNaN(moment.valueOf())) element.textContent = new Intl.DateTimeFormat("en-GB", style).format(moment);
    }
  };

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    const before = button.innerHTML;
    try {
      await navigator.clipboard.writeText(source.dataset.full || source.textContent);
      button.textContent = "Copied";
    } catch {
      // Without the right to write, mark the text so that the keyboard can copy it.
      getSelection().selectAllChildren(source);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.innerHTML = before; }, 1600);
  };

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    closeMenus(event.target.closest("details.menu"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]");
    closeMenus(null);
    if (menu) menu.querySelector("summary").focus();
  });

  // Dropping files is the same as choosing them.
  const drops = () => {
    for (const area of document.querySelectorAll("[data-drop]")) {
      const input = area.querySelector("input[type=file]");
      const over = (event) => { event.preventDefault(); area.classList.add("over"); };
      area.addEventListener("dragenter", over);
      area.addEventListener("dragover", over);
      area.addEventListener("dragleave", (event) => {
        if (!area.contains(event.relatedTarget)) area.classList.remove("over");
      });
      area.addEventListener("drop", (event) => {
        event.preventDefault();
        area.classList.remove("over");
        if (!event.dataTransfer.files.length) return;
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  };

  // With several files each gets a task of its own to choose from; its name says which, unless told otherwise.
  const named = (file, tasks) => {
    const stem = (file.includes(".") ? file.slice(0, file.lastIndexOf(".")) : file).toLowerCase();
    const found = tasks.filter((task) => {
      const name = task.toLowerCase();
      return stem === name || stem.startsWith(`${name}_`) || stem.endsWith(`_${name}`);
    });
    const longest = Math.max(...found.map((task) => task.length));
    const best = found.filter((task) => task.length === longest);
    return best.length === 1 ? best[0] : "";
  };

  const tasks = () => {
    for (const area of document.querySelectorAll("[data-tasks]")) {
      const whole = area.querySelector("select");
      const input = area.closest("form").querySelector("input[type=file]");
      const names = [...whole.options].map((option) => option.value).filter(Boolean);
      const list = document.createElement("div");
      whole.after(list);
      whole.hidden = whole.disabled = true;
      area.hidden = true;
      area.querySelector("[data-one]").hidden = true;
      area.querySelector("label").htmlFor = "";
      const retask = (event) => { event.stopPropagation(); input.dispatchEvent(new Event("retask")); };
      const choose = () => {
        const files = [...input.files];
        area.hidden = files.length === 0;
        list.replaceChildren(...files.map((file, number) => {
          const line = document.createElement("div");
          const label = document.createElement("label");
          const select = whole.cloneNode(true);
          line.className = "file-task";
          label.className = "cut";
          label.textContent = label.title = file.name;
          label.htmlFor = select.id = `task-${number}`;
          select.hidden = select.disabled = false;
          select.options[0].textContent = file.name.toLowerCase().endsWith(".zip") ? "by the names in it" : "as the file says";
          select.value = named(file.name, names);
          select.addEventListener("change", retask);
          line.append(label, select);
          return line;
        }));
      };
      // Before htmx, which listens at the field itself and sends what is chosen then.
      input.closest("form").addEventListener("change", (event) => { if (event.target === input) choose(); }, true);
      choose();
    }
  };

  // A new phase begins in the organizer's own zone; the moment that was suggested stays the same.
  const zones = () => {
    for (const select of document.querySelectorAll("select[data-own-zone]")) {
      const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
      if (select.value !== "UTC" || ![...select.options].some((option) => option.value === own)) continue;
      select.value = own;
      for (const field of select.form.querySelectorAll("input[type=datetime-local]")) {
        const moment = new Date(`${field.value}Z`);
        if (Number.isNaN(moment.valueOf())) continue;
        field.value = new Date(moment - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
      }
    }
  };

  // A second press of the button while the first is on its way would submit twice.
  const once = () => {
    for (const form of document.querySelectorAll("form[data-upload]")) {
      form.addEventListener("submit", (event) => {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = "1";
      });
      addEventListener("pageshow", () => { delete form.dataset.sent; });
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    localise(document);
    drops();
    tasks();
    once();
    zones();
    document.querySelector("[data-focus]")?.focus();
  });
  document.addEventListener("htmx:afterSettle", () => localise(document));
})();
