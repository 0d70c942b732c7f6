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
      {sensors.map((reading) => (
        <article className="card" key={reading.sensor} data-alarm={alarms.get(reading.sensor)?.state}>
          <header>
            <h2>{reading.sensor}</h2>
            <AlarmState alarm={alarms.get(reading.sensor)} />
          </header>
          <p className="reading">
            <span className="number">{reading.celsius.toFixed(1)}</span> °C
          </p>
          <Chart sensor={reading.sensor} limit={reading.limit} />
        </article>
      ))}
    </section>
  );
}

function AlarmState({ alarm }: { alarm: Alarm | undefined }) {
  const acknowledge = useEmitAcknowledge();
  if (!alarm || alarm.state === 'quiet') return <span className="quiet">normal</span>;
  if (alarm.state === 'acknowledged') return <span className="seen">acknowledged</span>;
  return (
    <button className="alarm" onClick={() => void acknowledge({ sensor: alarm.sensor }).catch(reportError)}>
      Acknowledge
    </button>
  );
}
