// Rounds of cases that take turns, so that what disturbs the machine disturbs all of them.

const quick = process.argv.includes("-quick");
const rounds = quick ? 3 : 9;
const milliseconds = quick ? 20 : 150;

/** Runs a case for a while, and returns its operations a second. */
async function time({ run }, batch) {
  const start = process.hrtime.bigint();
  const end = start + BigInt(milliseconds) * 1_000_000n;
  let done = 0;
  let now;
  do {
    await run(batch);
    done += batch;
    now = process.hrtime.bigint();
  } while (now < end);
  return (done / Number(now - start)) * 1e9;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * Prints a table: the median of each case, and how many times the fastest peer's it is. A case is
 * `{ name, ours, run(n) }`; `run` does the work n times, and `check` throws if it was not done.
 */
export async function table(title, cases, batch) {
  for (const one of cases) {
    await time(one, batch);
    one.check?.();
  }
  const rates = cases.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < cases.length; i++) {
      const at = (i + round) % cases.length;
      rates[at].push(await time(cases[at], batch));
    }
  const medians = rates.map(median);
  const best = Math.max(...medians.filter((_, i) => !cases[i].ours));
  console.log(
    `\n${title}; medians of ${String(rounds)} rounds in turn${quick ? ", a trial" : ""}\n`,
  );
  console.log("| | operations/s | beside the fastest peer |\n|---|---:|---:|");
  for (const [i, { name }] of cases.entries())
    console.log(
      `| ${name} | ${Math.round(medians[i]).toLocaleString("en")} | ${(medians[i] / best).toFixed(2)} |`,
    );
}
