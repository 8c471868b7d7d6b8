/** The task queue of deliveries: a target may hold each of them for an hour, and nothing else may have to wait for that. */
export const DELIVERY_QUEUE = 'compensation-deliveries';
