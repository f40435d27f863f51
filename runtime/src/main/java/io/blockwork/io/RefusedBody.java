package io.blockwork.io;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Takes nothing of a response's body: the exchange fails with the reason, and is cut off. */
record RefusedBody(IOException reason) implements BodySubscriber<Long> {
  @Override
  public CompletionStage<Long> getBody() {
    return CompletableFuture.failedFuture(reason);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.cancel();
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {}

  @Override
  public void onError(Throwable problem) {}

  @Override
  public void onComplete() {}
}
