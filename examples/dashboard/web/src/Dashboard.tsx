import { Connection } from './Connection';
import { Log } from './Log';
import { Sensors } from './Sensors';
import { Sessions } from './Sessions';

export function Dashboard() {
  return (
    <div className="dashboard">
      <header>
        <h1>Plant 4</h1>
        <Connection />
        <p className="quiet">Of the fifty readings a second that each sensor takes, twenty come here.</p>
      </header>
      <Sensors />
      <Sessions />
      <Log />
    </div>
  );
}
