// What every window of an example needs: its label, its cable, and a few helpers for elements.

/** This window's label, which targets name. */
export const label = new URLSearchParams(location.search).get('window') ?? 'main';

/** The backend's address, by way of a cable that this window can cut. */
export const url = '/events?cable=' + encodeURIComponent(label);

/** The element with this id, which the page has. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** Makes an element. */
export function make(tag: string, className: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** Shows a client's status in a badge, and for how long a window has been cut off. */
export function showStatus(
  badge: HTMLElement,
  client: { readonly status: string; onStatus(listener: (status: string) => void): () => void },
): void {
  let since = performance.now();
  let open = false;
  const show = () => {
    const seconds = Math.floor((performance.now() - since) / 1000);
    badge.textContent = client.status + (client.status === 'offline' && seconds ? `, ${seconds} s` : '');
    badge.dataset['status'] = client.status;
  };
  show();
  setInterval(show, 1000);
  client.onStatus((status) => {
    if (open) since = performance.now();
    open = status === 'open';
    show();
  });
}

/** Has a button cut the cable, and mend it when pressed again. */
export function cutsCable(button: HTMLButtonElement): void {
  button.setAttribute('aria-pressed', 'false');
  button.onclick = async () => {
    const cut = button.getAttribute('aria-pressed') === 'false';
    try {
      await fetch(`/cable?cable=${encodeURIComponent(label)}&state=${cut ? 'cut' : 'whole'}`, { method: 'POST' });
    } catch {
      return; // The server is away, and its cables with it: the badge tells.
    }
    button.setAttribute('aria-pressed', String(cut));
    button.textContent = cut ? 'Mend the cable' : 'Cut the cable';
    // What a browser says when its network is back.
    if (!cut) dispatchEvent(new Event('online'));
  };
}

/**
 * A list that keeps its newest lines, in view unless the reader has scrolled up. However fast
 * lines come, the page is laid out once a frame.
 */
export function tail<T>(list: HTMLElement, limit: number, render: (line: T) => Node): (line: T) => void {
  let pending: T[] = [];
  const draw = () => {
    const following = list.scrollTop + list.clientHeight >= list.scrollHeight - 4;
    list.append(...pending.map(render));
    pending = [];
    while (list.childElementCount > limit) list.firstElementChild?.remove();
    if (following) list.scrollTop = list.scrollHeight;
  };
  return (line) => {
    if (pending.push(line) === 1) requestAnimationFrame(draw);
    // A page that is not seen draws no frames.
    else if (pending.length > limit) pending.shift();
  };
}
