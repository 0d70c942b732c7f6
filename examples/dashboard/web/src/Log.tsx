import { useLayoutEffect, useRef } from 'react';
import { useLineHistory } from './events/react.gen';

/** The tail of the log. Lines come in batches: one render for each. */
export function Log() {
  const lines = useLineHistory(200);
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true); // until the reader scrolls up
  useLayoutEffect(() => {
    if (following.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);
  return (
    <section className="card log" aria-label="log">
      <h2>Log</h2>
      <div
        ref={list}
        tabIndex={0}
        data-empty="No line yet."
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          following.current = scrollTop + clientHeight >= scrollHeight - 4;
        }}
      >
        {lines.map((line, i) => (
          <p key={i} data-level={line.level}>
            {line.text}
          </p>
        ))}
      </div>
    </section>
  );
}
