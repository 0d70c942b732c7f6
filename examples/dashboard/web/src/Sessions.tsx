import { matchSession, type Session } from './events/events.gen';
import { useSessionHistory } from './events/react.gen';

const text = (event: Session) =>
  matchSession(
    event,
    {
      SignedIn: ({ user, desk }) => `${user} signed in at desk ${desk}`,
      SignedOut: ({ user }) => `${user} signed out`,
      Locked: ({ user, attempts }) => `${user} was locked after ${attempts} attempts`,
    },
    ({ type }) => `something this page is too old for: ${type}`,
  );

/** What operators did lately. A page that has just been opened gets the last eight. */
export function Sessions() {
  const history = useSessionHistory(8);
  return (
    <section className="card sessions" aria-label="sessions">
      <h2>Operators</h2>
      <ol data-empty="Nobody has come or gone yet.">
        {[...history].reverse().map((event, i) => (
          <li key={history.length - i} data-type={event.type}>
            {text(event)}
          </li>
        ))}
      </ol>
    </section>
  );
}
