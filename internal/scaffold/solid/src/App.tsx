import { createSignal, For, Show } from 'solid-js';
import { createConnection, createEmitStart, createEmitStop, createProgressByKey } from './events/solid.gen';

export function App() {
  const jobs = createProgressByKey(); // the latest of each job
  const start = createEmitStart();
  const stop = createEmitStop();
  const status = createConnection();
  const [problem, setProblem] = createSignal('');

  const toggle = async (id: string, running: boolean) => {
    try {
      await (running ? stop({ id }) : start({ id }));
      setProblem('');
    } catch (error) {
      setProblem(String(error));
    }
  };

  return (
    <main>
      <header>
        <h1>Jobs</h1>
        <span class="status" data-status={status()}>
          {status()}
        </span>
      </header>
      <p>
        Go runs them, Solid shows them. The events are declared once, in <code>jobs/jobs.go</code>.
      </p>
      <ul class="jobs">
        <For each={[...jobs().keys()].sort()}>
          {(id) => (
            <Show when={jobs().get(id)}>
              {(job) => (
                <li class="job" data-state={job().state}>
                  <div>
                    <h2>{job().title}</h2>
                    <small>
                      {job().state}, {job().percent} %
                    </small>
                  </div>
                  <button onClick={() => void toggle(id, job().state === 'running')}>
                    {job().state === 'running' ? 'Stop' : 'Start'}
                  </button>
                  <progress max={100} value={job().percent} />
                </li>
              )}
            </Show>
          )}
        </For>
      </ul>
      <p class="problem" role="alert">
        {problem()}
      </p>
    </main>
  );
}
