import { connect } from './events/client';
import { emitStart, emitStop, onProgress, type Progress } from './events/events.gen';

/** Shows the page in root. */
export function mount(root: HTMLElement): void {
  root.innerHTML = `
    <main>
      <header><h1>Jobs</h1><span class="status"></span></header>
      <p>Go runs them, the page shows them. The events are declared once, in <code>jobs/jobs.go</code>.</p>
      <ul class="jobs"></ul>
      <p class="problem" role="alert"></p>
    </main>`;
  const status = find(root, '.status');
  const list = find(root, '.jobs');
  const problem = find(root, '.problem');

  const client = connect();
  const showStatus = () => {
    status.textContent = status.dataset['status'] = client.status;
  };
  showStatus();
  client.onStatus(showStatus);

  const rows = new Map<string, (job: Progress) => void>();
  onProgress((job) => {
    let update = rows.get(job.id);
    if (!update) {
      const row = makeRow(problem);
      rows.set(job.id, (update = row.update));
      list.append(row.element);
    }
    update(job);
  });
}

/** Makes the row of one job. */
function makeRow(problem: HTMLElement): { element: HTMLElement; update: (job: Progress) => void } {
  const element = document.createElement('li');
  element.className = 'job';
  element.innerHTML = `<div><h2></h2><small></small></div><button></button><progress max="100"></progress>`;
  const title = find(element, 'h2');
  const state = find(element, 'small');
  const button = find(element, 'button');
  const bar = find(element, 'progress') as HTMLProgressElement;

  const update = (job: Progress) => {
    const running = job.state === 'running';
    element.dataset['state'] = job.state;
    title.textContent = job.title;
    state.textContent = `${job.state}, ${job.percent} %`;
    bar.value = job.percent;
    button.textContent = running ? 'Stop' : 'Start';
    button.onclick = async () => {
      try {
        await (running ? emitStop({ id: job.id }) : emitStart({ id: job.id }));
        problem.textContent = '';
      } catch (error) {
        problem.textContent = String(error);
      }
    };
  };
  return { element, update };
}

function find(root: HTMLElement, selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
