/** Without their lines, as the services of the contract have them: most are of their framework. */
const FRAMES: readonly string[] = [
  'com.example.notice.domain.OrderNoticeSaga.onOrderPaid(OrderNoticeSaga.kt',
  'com.example.notice.domain.OrderNoticeSaga$onOrderPaid$1.invokeSuspend(OrderNoticeSaga.kt',
  'com.example.notice.infrastructure.mail.SmtpMailGateway.send(SmtpMailGateway.kt',
  'com.example.notice.infrastructure.mail.SmtpMailGateway.connect(SmtpMailGateway.kt',
  'me.ahoo.wow.messaging.function.MessageFunctionAdapter.invoke(MessageFunctionAdapter.kt',
  'me.ahoo.wow.event.DomainEventFunctionFilter.filter(DomainEventFunctionFilter.kt',
  'me.ahoo.wow.event.compensation.EventCompensateFilter.filter(EventCompensateFilter.kt',
  'me.ahoo.wow.filter.AbstractFilterChain.filter(AbstractFilterChain.kt',
  'me.ahoo.wow.metrics.MetricDomainEventHandler.handle(MetricDomainEventHandler.kt',
  'me.ahoo.wow.opentelemetry.eventprocessor.TraceEventProcessorFilter.filter(TraceEventProcessorFilter.kt',
  'reactor.core.publisher.MonoDefer.subscribe(MonoDefer.java',
  'reactor.core.publisher.MonoIgnoreThen$ThenIgnoreMain.subscribeNext(MonoIgnoreThen.java',
  'reactor.core.publisher.MonoFlatMap$FlatMapMain.onNext(MonoFlatMap.java',
  'reactor.core.publisher.FluxMapFuseable$MapFuseableSubscriber.onNext(FluxMapFuseable.java',
  'reactor.core.publisher.FluxOnErrorResume$ResumeSubscriber.onError(FluxOnErrorResume.java',
  'reactor.core.publisher.FluxConcatMapNoPrefetch$FluxConcatMapNoPrefetchSubscriber.innerComplete(FluxConcatMapNoPrefetch.java',
  'reactor.core.publisher.FluxGroupBy$UnicastGroupedFlux.drainRegular(FluxGroupBy.java',
  'reactor.core.publisher.FluxPublishOn$PublishOnSubscriber.runAsync(FluxPublishOn.java',
  'reactor.core.publisher.Operators$MultiSubscriptionSubscriber.onError(Operators.java',
  'reactor.core.publisher.FluxPeek$PeekSubscriber.onError(FluxPeek.java',
  'reactor.core.publisher.MonoUsingWhen$MonoUsingWhenSubscriber.deferredError(MonoUsingWhen.java',
  'reactor.core.scheduler.WorkerTask.call(WorkerTask.java',
  'reactor.netty.http.client.HttpClientOperations.onInboundNext(HttpClientOperations.java',
  'reactor.netty.channel.ChannelOperationsHandler.channelRead(ChannelOperationsHandler.java',
  'io.netty.channel.AbstractChannelHandlerContext.invokeChannelRead(AbstractChannelHandlerContext.java',
  'io.netty.handler.codec.MessageToMessageDecoder.channelRead(MessageToMessageDecoder.java',
  'io.netty.handler.timeout.IdleStateHandler.channelRead(IdleStateHandler.java',
  'io.netty.channel.epoll.EpollEventLoop.processReady(EpollEventLoop.java',
  'io.netty.util.concurrent.SingleThreadEventExecutor$4.run(SingleThreadEventExecutor.java',
  'kotlinx.coroutines.DispatchedTask.run(DispatchedTask.kt',
  'java.util.concurrent.FutureTask.run(FutureTask.java',
  'java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java',
  'java.base/java.lang.Thread.run(Thread.java',
];

/** The frames of a stack trace as they stand behind its message, about 90 characters each; `number` tells it from others. */
export const stackTrace = (number: number, frames: number): string =>
  Array.from({ length: frames }, (_, frame) => frameAt(7 * number + frame * frame, 13 * number + 31 * frame)).join('');

/** One frame again and again, which is stored in next to no time since it compresses well. */
export const monotonousTrace = (frames: number): string => frameAt(0, 42).repeat(frames);

const frameAt = (place: number, line: number): string => `\n\tat ${FRAMES[place % FRAMES.length] ?? ''}:${line % 900})`;
