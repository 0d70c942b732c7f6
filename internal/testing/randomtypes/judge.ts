import { readFileSync } from 'node:fs';

const jobs = JSON.parse(readFileSync('jobs.json', 'utf8'));

function find(module, name) {
  return module[Object.keys(module).find((key) => key.toLowerCase() === name.toLowerCase())];
}

/** JSON with sorted keys, so that order says nothing. */
function canonical(value) {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function judge(job, text) {
  const module = modules[job.Group];
  const wire = JSON.parse(text);
  const { issues } = find(module, job.Stem + 'Schema')['~standard'].validate(wire);
  if (issues) return { Accepts: false, Issue: '/' + issues[0].path.join('/') + ': ' + issues[0].message };
  const event = Object.values(module).find((one) => one?.name === job.Event && typeof one === 'object');
  const verdict = { Accepts: true };
  if (event?.read && event?.write && !job.Dates && !text.includes('1e400')) {
    const back = canonical(event.write(event.read(wire)));
    if (back !== canonical(JSON.parse(text))) verdict.Back = back;
  }
  return verdict;
}

console.log(
  JSON.stringify(
    jobs.map((job) =>
      (job.Documents ?? []).map((text) => {
        try {
          return judge(job, text);
        } catch (error) {
          return { Accepts: false, Issue: String(error?.stack ?? error) };
        }
      }),
    ),
  ),
);
