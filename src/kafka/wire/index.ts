export { COMMAND_MESSAGE, type WireCommand } from './command-message.ts';
export { EVENT_STREAM_MESSAGE, type EventStreamMessage } from './event-stream-message.ts';
export { STATE_EVENT_MESSAGE, type StateEventMessage } from './state-event-message.ts';
