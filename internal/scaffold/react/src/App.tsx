import { useState } from 'react';
import { useConnection, useEmitStart, useEmitStop, useProgressByKey } from './events/react.gen';

export function App() {
  const latest = useProgressByKey(); // of each job
  const jobs = [...latest.values()].sort((a, b) => a.title.localeCompare(b.title));
  const start = useEmitStart();
  const stop = useEmitStop();
  const status = useConnection();
  const [problem, setProblem] = useState('');

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
        <span className="status" data-status={status}>
          {status}
        </span>
      </header>
      <p>
        Go runs them, React shows them. The events are declared once, in <code>jobs/jobs.go</code>.
      </p>
      <ul className="jobs">
        {jobs.map((job) => (
          <li key={job.id} className="job" data-state={job.state}>
            <div>
              <h2>{job.title}</h2>
              <small>
                {job.state}, {job.percent} %
              </small>
            </div>
            <button onClick={() => void toggle(job.id, job.state === 'running')}>
              {job.state === 'running' ? 'Stop' : 'Start'}
            </button>
            <progress max={100} value={job.percent} />
          </li>
        ))}
      </ul>
      <p className="problem" role="alert">
        {problem}
      </p>
    </main>
  );
}
