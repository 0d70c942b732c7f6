import { useTransition } from 'react';
import { Chart } from './Chart';
import type { Alarm } from './events/events.gen';
import { useAlarmByKey, useEmitAcknowledge, useReadingByKey } from './events/react.gen';

/** A card for each sensor that has been heard of. */
export function Sensors() {
  const readings = useReadingByKey();
  const alarms = useAlarmByKey();
  const sensors = [...readings.values()].sort((a, b) => a.sensor.localeCompare(b.sensor));
  return (
    <section className="sensors" aria-label="sensors">
      {sensors.length === 0 && <p className="card quiet">Waiting for the first reading…</p>}
      {sensors.map((reading) => (
        <article className="card" key={reading.sensor} data-alarm={alarms.get(reading.sensor)?.state}>
          <header>
            <h2>{reading.sensor}</h2>
            <AlarmState alarm={alarms.get(reading.sensor)} />
          </header>
          <p className="reading">
            <span className="number">{reading.celsius.toFixed(1)}</span> °C
            <span className="quiet limit">limit {reading.limit} °C</span>
          </p>
          <Chart sensor={reading.sensor} limit={reading.limit} />
        </article>
      ))}
    </section>
  );
}

function AlarmState({ alarm }: { alarm: Alarm | undefined }) {
  const acknowledge = useEmitAcknowledge();
  const [asking, startAsking] = useTransition();
  if (!alarm || alarm.state === 'quiet') return <span className="quiet">normal</span>;
  if (alarm.state === 'acknowledged') return <span className="seen">acknowledged</span>;
  const onClick = () => {
    startAsking(async () => {
      // Another page may have been first: what comes of it is the next alarm here.
      await acknowledge({ sensor: alarm.sensor }).catch(console.warn);
    });
  };
  return (
    <button
      className="alarm"
      disabled={asking}
      onClick={onClick}
      aria-label={`Acknowledge the alarm of ${alarm.sensor}`}
    >
      Acknowledge
    </button>
  );
}
