package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file on a server of this machine, and downloads of it. */
@Timeout(300)
abstract class ServedFile {
  static final String NAME = "net.pth";
  static final int SIZE = 300_000;
  static final long LARGEST = 400_000;
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** A clock that stands still until a test moves it, and tells who pauses. */
  static final class MovedClock implements Pace {
    private final AtomicLong nanos = new AtomicLong();

    /** A permit for each pause that has begun. */
    final Semaphore pauses = new Semaphore(0);

    void advance(Duration time) {
      nanos.addAndGet(time.toNanos());
    }

    @Override
    public long nanoTime() {
      return nanos.get();
    }

    @Override
    public void pause(long millis) throws InterruptedException {
      pauses.release();
      Pace.system().pause(1);
    }
  }

  final MovedClock pace = new MovedClock();
  @TempDir Path cache;
  final byte[] content = new byte[SIZE];
  final AtomicInteger requests = new AtomicInteger();
  final List<String> ranges = new ArrayList<>();
  final ExecutorService threads = Executors.newCachedThreadPool();
  HttpServer server;

  @BeforeEach
  void start() throws IOException {
    new Random(1).nextBytes(content);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  void assertFetched(Path path) throws IOException {
    assertThat(path).isEqualTo(cache.resolve(NAME));
    assertThat(Arrays.equals(Files.readAllBytes(path), content)).isTrue();
    assertThat(Files.exists(part())).isFalse();
  }

  Path part() {
    return cache.resolve(NAME + ".part");
  }

  Download download(DownloadOptions options) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
    String prefix = HexFormat.of().formatHex(sum).substring(0, 8);
    return new Download(NAME, prefix, LARGEST, DownloadOptions.MIRROR_PROPERTY, options, pace);
  }

  DownloadOptions options() {
    return DownloadOptions.defaults()
        .cache(cache)
        .source(URI.create(url()))
        .listener(DownloadListener.silent())
        .patience(PATIENCE);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/models/";
  }

  void serve(HttpHandler handler) {
    server.createContext(
        "/models/" + NAME,
        exchange -> {
          requests.incrementAndGet();
          Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
              .ifPresent(ranges::add);
          try (exchange) {
            handler.handle(exchange);
          }
        });
  }

  void whole(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, SIZE);
    exchange.getResponseBody().write(content);
  }

  void wholeOrRange(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      whole(exchange);
      return;
    }
    int from = Integer.parseInt(range.replaceAll("\\D", ""));
    if (from >= SIZE) {
      exchange.getResponseHeaders().add("Content-Range", "bytes */" + SIZE);
      exchange.sendResponseHeaders(416, -1);
      return;
    }
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes " + from + "-" + (SIZE - 1) + "/" + SIZE);
    exchange.sendResponseHeaders(206, SIZE - from);
    OutputStream body = exchange.getResponseBody();
    body.write(content, from, SIZE - from);
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
