import { useConnection } from './events/react.gen';

/** Tells whether what is on the screen is live. */
export function Connection() {
  const status = useConnection();
  return (
    <span className="badge" data-status={status} role="status">
      {status === 'open' ? 'live' : status}
    </span>
  );
}
