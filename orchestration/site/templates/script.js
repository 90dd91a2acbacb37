// Sorting by a click on a column, and a filter above long tables. Without it the tables stand as they are.
document.querySelectorAll("table[data-mart]").forEach((table) => {
  const body = table.tBodies[0];
  const value = (row, place) => {
    const cell = row.cells[place];
    return cell.dataset.value ?? cell.textContent;
  };
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "↕";
    button.setAttribute("aria-label", `Sort by ${head.textContent.trim()}`);
    button.addEventListener("click", () => {
      const isUp = head.getAttribute("aria-sort") === "descending";
      [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const isNumber = head.classList.contains("n");
      const rows = [...body.rows].sort((one, other) => {
        const [a, b] = [value(one, place), value(other, place)];
        if (a === "" || b === "") return (a === "") - (b === "");
        const order = isNumber ? a - b : a.localeCompare(b);
        return isUp ? order : -order;
      });
      body.append(...rows);
    });
    head.append(button);
  });
  if (body.rows.length < 12) return;
  const filter = document.createElement("input");
  filter.type = "search";
  filter.className = "filter";
  filter.placeholder = "Filter these rows";
  filter.setAttribute("aria-label", `Filter the rows of ${table.caption.textContent.trim()}`);
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    [...body.rows].forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(wanted); });
  });
  table.parentElement.before(filter);
});
