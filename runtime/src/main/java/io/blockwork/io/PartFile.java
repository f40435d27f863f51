package io.blockwork.io;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.LongSupplier;

/** Takes a response's body into a file, from a position on, and knows when it last got any. */
final class PartFile implements BodySubscriber<Long> {
  /** What hears of the position in the file. */
  interface Progress {
    void at(long position);
  }

  private final FileChannel channel;
  private final long from;
  private final long largest;
  private final Progress progress;
  private final LongSupplier nanoTime;
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private volatile long lastNanos;
  private Flow.Subscription subscription = new NoSubscription();
  private volatile long position;

  /**
   * @param path of the file, which must not be a link
   * @param from where the body begins; what the file has beyond is cut off
   * @param largest bytes that the file may come to have
   * @param nanoTime tells the time
   */
  PartFile(Path path, long from, long largest, Progress progress, LongSupplier nanoTime)
      throws IOException {
    this.channel =
        FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)
            .truncate(from);
    this.channel.position(from);
    this.from = from;
    this.position = from;
    this.largest = largest;
    this.progress = progress;
    this.nanoTime = nanoTime;
    this.lastNanos = nanoTime.getAsLong();
  }

  /** Bytes that have come. */
  long received() {
    return position - from;
  }

  /** When the last bytes came, as the clock told it. */
  long lastNanos() {
    return lastNanos;
  }

  @Override
  public CompletionStage<Long> getBody() {
    return done;
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription body) {
    subscription = body;
    body.request(1);
  }

  @Override
  public synchronized void onNext(List<ByteBuffer> buffers) {
    if (done.isDone()) {
      return;
    }
    try {
      for (ByteBuffer buffer : buffers) {
        long end = position + buffer.remaining();
        if (end > largest) {
          throw new IOException(
              SafeText.format("it has more than the %d bytes that it can have", largest));
        }
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        position = end;
      }
      lastNanos = nanoTime.getAsLong();
      progress.at(position);
      subscription.request(1);
    } catch (IOException e) {
      onError(e);
    }
  }

  @Override
  public synchronized void onError(Throwable problem) {
    finish(() -> done.completeExceptionally(problem));
    subscription.cancel();
  }

  @Override
  public synchronized void onComplete() {
    finish(() -> done.complete(position));
  }

  /** The file is complete on disk before anyone hears that it is. */
  private void finish(Runnable then) {
    try (channel) {
      if (channel.isOpen()) {
        channel.force(true);
      }
    } catch (IOException e) {
      done.completeExceptionally(e);
    }
    then.run();
  }

  private static final class NoSubscription implements Flow.Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }
}
