package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.blockwork.published.TorchvisionWeights;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Downloads from servers of every bad habit, all on this machine. */
@Timeout(30)
class DownloadTest {
  private static final String NAME = "net.pth";
  private static final String PROPERTY = "blockwork.test.mirror";
  private static final int SIZE = 300_000;
  private static final long LARGEST = 400_000;

  @TempDir Path cache;
  private final byte[] content = new byte[SIZE];
  private final AtomicInteger requests = new AtomicInteger();
  private final List<String> ranges = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    new Random(1).nextBytes(content);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    stopped.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void fetchesOnceAndReportsProgress() throws Exception {
    serve(this::wholeOrRange);
    List<Long> heard = new ArrayList<>();
    DownloadOptions options =
        options()
            .listener(
                (file, done, total) -> {
                  assertThat(file).isEqualTo(NAME);
                  assertThat(total).isEqualTo(SIZE);
                  heard.add(done);
                });
    assertFetched(download(options).path());
    assertThat(heard).isInOrder();
    assertThat(heard.get(heard.size() - 1)).isEqualTo(SIZE);
    assertFetched(download(options).path());
    assertThat(requests.get()).isEqualTo(1);
  }

  @Test
  void resumesAfterATruncatedAnswer() throws Exception {
    serve(
        exchange -> {
          if (requests.get() == 1) {
            exchange.sendResponseHeaders(200, SIZE);
            exchange.getResponseBody().write(content, 0, SIZE / 3);
            exchange.getResponseBody().flush();
            throw new IOException("cut off");
          }
          wholeOrRange(exchange);
        });
    assertFetched(download(options()).path());
    assertThat(requests.get()).isEqualTo(2);
    assertThat(ranges).containsExactly("bytes=" + SIZE / 3 + "-");
  }

  @Test
  void resumesWhatAnEarlierProcessLeft() throws Exception {
    serve(this::wholeOrRange);
    Files.write(part(), Arrays.copyOf(content, 1234));
    assertFetched(download(options()).path());
    assertThat(ranges).containsExactly("bytes=1234-");
  }

  @Test
  void startsAnewWhenTheServerKnowsNoRanges() throws Exception {
    serve(this::whole);
    Files.write(part(), Arrays.copyOf(content, 1234));
    assertFetched(download(options()).path());
  }

  @Test
  void startsAnewWhenWhatWasLeftIsOfAnotherFile() throws Exception {
    serve(this::wholeOrRange);
    Files.write(part(), new byte[5000]);
    assertFetched(download(options()).path());
    assertThat(requests.get()).isEqualTo(2);
    Files.delete(cache.resolve(NAME));
    Files.write(part(), new byte[SIZE + 10]);
    assertFetched(download(options()).path());
  }

  @Test
  void givesUpOnAServerThatStalls() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, SIZE);
          exchange.getResponseBody().write(content, 0, 1000);
          exchange.getResponseBody().flush();
          await(release);
        });
    FileException error =
        assertThrows(
            FileException.class,
            () -> download(options().patience(Duration.ofSeconds(1)).attempts(2)).path());
    release.countDown();
    assertThat(error).hasMessageThat().contains("silent for 1000 ms");
    assertThat(Files.size(part())).isEqualTo(1000);
  }

  @Test
  void resumesAfterAStall() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    serve(
        exchange -> {
          if (requests.get() == 1) {
            exchange.sendResponseHeaders(200, SIZE);
            exchange.getResponseBody().write(content, 0, 1000);
            exchange.getResponseBody().flush();
            await(release);
          } else {
            wholeOrRange(exchange);
          }
        });
    assertFetched(download(options().patience(Duration.ofMillis(300))).path());
    release.countDown();
  }

  @Test
  void refusesAnAnnouncedLengthThatTheFileCannotHave() throws Exception {
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, 1L << 40);
          exchange.getResponseBody().write(content);
          exchange.getResponseBody().flush();
        });
    FileException error =
        assertThrows(FileException.class, () -> download(options().attempts(1)).path());
    assertThat(error).hasMessageThat().contains("announces 1099511627776 bytes");
    assertThat(Files.exists(part())).isFalse();
  }

  @Test
  void stopsABodyWithoutEnd() throws Exception {
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          while (true) {
            exchange.getResponseBody().write(content);
          }
        });
    FileException error =
        assertThrows(FileException.class, () -> download(options().attempts(1)).path());
    assertThat(error)
        .hasMessageThat()
        .contains("it has more than the 400000 bytes that it can have");
    assertThat(Files.size(part())).isAtMost(LARGEST);
  }

  @Test
  void refusesAFileThatIsShorterThanTheRealOne() throws Exception {
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, 1000);
          exchange.getResponseBody().write(content, 0, 1000);
        });
    assertWrongBytes();
  }

  @Test
  void refusesWrongBytesAndKeepsNothing() throws Exception {
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, SIZE);
          byte[] other = content.clone();
          other[SIZE / 2] ^= 1;
          exchange.getResponseBody().write(other);
        });
    assertWrongBytes();
  }

  @Test
  void saysWhenTheFileIsNotThere() throws Exception {
    serve(exchange -> exchange.sendResponseHeaders(404, -1));
    FileException error = assertThrows(FileException.class, () -> download(options()).path());
    assertThat(error).hasMessageThat().contains("answered 404");
    assertThat(error).hasMessageThat().contains(url() + NAME);
    assertThat(requests.get()).isEqualTo(1);
  }

  @Test
  void triesAgainWhenTheServerIsBusy() throws Exception {
    serve(
        exchange -> {
          if (requests.get() < 3) {
            exchange.sendResponseHeaders(503, -1);
          } else {
            wholeOrRange(exchange);
          }
        });
    assertFetched(download(options()).path());
    assertThat(requests.get()).isEqualTo(3);
  }

  @Test
  void saysWhenTheServerStaysBusy() throws Exception {
    serve(exchange -> exchange.sendResponseHeaders(503, -1));
    FileException error =
        assertThrows(FileException.class, () -> download(options().attempts(2)).path());
    assertThat(error).hasMessageThat().contains("answered 503");
    assertThat(requests.get()).isEqualTo(2);
  }

  @Test
  void saysWhatToDoOffline() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    DownloadOptions options = options().source(URI.create("http://127.0.0.1:" + port + "/"));
    FileException error = assertThrows(FileException.class, () -> download(options).path());
    assertThat(error).hasMessageThat().contains("is this machine offline?");
    assertThat(error).hasMessageThat().contains(cache.resolve(NAME).toString());
    assertThat(error).hasMessageThat().contains("-Dblockwork.mirror=URL");
  }

  @Test
  void manyThreadsFetchOnce() throws Exception {
    serve(this::wholeOrRange);
    List<Future<Path>> paths = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      paths.add(threads.submit(() -> download(options()).path()));
    }
    for (Future<Path> path : paths) {
      assertFetched(path.get());
    }
    assertThat(requests.get()).isEqualTo(1);
  }

  @Test
  void anotherProcessWaitsForTheLock() throws Exception {
    serve(this::wholeOrRange);
    Path lock = cache.resolve(NAME + ".lock");
    Process holder = LockHolder.start(lock);
    assertThat(holder.getInputStream().read()).isEqualTo('l');
    Future<Path> path = threads.submit(() -> download(options()).path());
    Thread.sleep(300);
    assertThat(path.isDone()).isFalse();
    assertThat(requests.get()).isEqualTo(0);
    holder.getOutputStream().close();
    assertFetched(path.get());
    assertThat(holder.waitFor()).isEqualTo(0);
  }

  @Test
  void publishedWeightsComeFromTheMirrorThatIsNamed() throws Exception {
    List<String> asked = new ArrayList<>();
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    FileException error =
        assertThrows(
            FileException.class,
            () -> TorchvisionWeights.of("RESNET50_IMAGENET1K_V2").download(options()));
    assertThat(error).hasMessageThat().contains("resnet50-11ad3fa6.pth");
    assertThat(asked).containsExactly("/models/resnet50-11ad3fa6.pth");
  }

  @Test
  void theCacheIsInBlockworkHomeIfThereIsOne() {
    assertThat(DownloadOptions.defaultCache(Optional.of("home")))
        .isEqualTo(Path.of("home/weights"));
    assertThat(DownloadOptions.defaultCache(Optional.empty()).toString()).contains("blockwork");
    assertThat(DownloadOptions.defaults().source().toString()).endsWith("/models/");
  }

  private void assertWrongBytes() throws IOException {
    FileException error = assertThrows(FileException.class, () -> download(options()).path());
    assertThat(error).hasMessageThat().contains("SHA-256");
    assertThat(error).hasMessageThat().contains("another file");
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files.map(f -> f.getFileName().toString()).toList())
          .containsExactly(NAME + ".lock");
    }
    assertThat(requests.get()).isEqualTo(1);
  }

  @Test
  void givesUpOnAServerThatSendsNextToNothing() {
    serve(exchange -> trickle(exchange, 1));
    FileException error =
        assertThrows(
            FileException.class,
            () -> download(options().patience(Duration.ofSeconds(1)).attempts(1)).path());
    assertThat(error)
        .hasMessageThat()
        .matches("(?s).*the server sent only \\d+ bytes in 2000 ms.*");
  }

  @Test
  void takesNoLongerInAllThanItMay() {
    serve(exchange -> trickle(exchange, 2000));
    FileException error =
        assertThrows(
            FileException.class, () -> download(options().limit(Duration.ofMillis(300))).path());
    assertThat(error).hasMessageThat().contains("cannot be fetched from " + url());
    assertThat(error).hasMessageThat().contains(": it took longer than 300 ms");
  }

  /** Sends a little at a time, until the client has gone. */
  private void trickle(HttpExchange exchange, int bytes) throws IOException {
    exchange.sendResponseHeaders(200, SIZE);
    OutputStream body = exchange.getResponseBody();
    try {
      while (!stopped.await(20, TimeUnit.MILLISECONDS)) {
        body.write(new byte[bytes]);
        body.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void doesNotFollowALinkInPlaceOfWhatIsThere() throws Exception {
    serve(this::wholeOrRange);
    Path other = Files.writeString(cache.resolve("other"), "not ours");
    Files.createSymbolicLink(part(), other);
    assertFetched(download(options()).path());
    assertThat(Files.readString(other)).isEqualTo("not ours");
    assertThat(Files.isSymbolicLink(cache.resolve(NAME))).isFalse();
  }

  @Test
  void asksForARangeInDigitsThatServersRead() throws Exception {
    serve(this::wholeOrRange);
    Files.write(part(), Arrays.copyOf(content, 1234));
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertFetched(download(options()).path());
    } finally {
      Locale.setDefault(before);
    }
    assertThat(ranges).containsExactly("bytes=1234-");
  }

  @Test
  void whoIsInterruptedWhileItWaitsLeavesTheLockToTheOther() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    serve(
        exchange -> {
          asked.countDown();
          await(release);
          whole(exchange);
        });
    DownloadOptions patient = options().patience(Duration.ofSeconds(25));
    Future<Path> first = threads.submit(() -> download(patient).path());
    asked.await();
    AtomicReference<FileException> refused = new AtomicReference<>();
    Thread second =
        new Thread(
            () -> refused.set(assertThrows(FileException.class, () -> download(patient).path())));
    second.start();
    // It waits between two looks at the lock.
    while (second.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    second.interrupt();
    second.join();
    assertThat(refused.get()).hasMessageThat().contains("the thread was interrupted");
    assertThat(LockHolder.isLocked(cache.resolve(NAME + ".lock"))).isTrue();
    release.countDown();
    assertFetched(first.get());
  }

  @Test
  void saysThatTheThreadWasInterrupted() {
    serve(this::whole);
    Thread.currentThread().interrupt();
    FileException error = assertThrows(FileException.class, () -> download(options()).path());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(error).hasMessageThat().contains("was not fetched: the thread was interrupted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "file:///srv/models/ | it is not an http or https URL",
        "/srv/models | it is not an http or https URL",
        "http:///models | it is not an http or https URL",
        "https://exam ple.org/ | is not a URL",
        "http://[::1/models | is not a URL"
      })
  void refusesAMirrorThatIsNoWebServer(String mirror, String message) {
    System.setProperty(PROPERTY, mirror);
    try {
      FileException error =
          assertThrows(FileException.class, () -> DownloadOptions.source(PROPERTY, "http://x/"));
      assertThat(error).hasMessageThat().contains(message);
      assertThat(error).hasMessageThat().contains(mirror);
      assertThat(error).hasMessageThat().contains("fix: name the folder");
    } finally {
      System.clearProperty(PROPERTY);
    }
  }

  @Test
  void refusesASourceThatIsNoWebServer() {
    DownloadOptions options = options().source(URI.create("file:///srv/models/"));
    FileException error = assertThrows(FileException.class, () -> download(options));
    assertThat(error).hasMessageThat().contains("it is not an http or https URL");
  }

  private void assertFetched(Path path) throws IOException {
    assertThat(path).isEqualTo(cache.resolve(NAME));
    assertThat(Arrays.equals(Files.readAllBytes(path), content)).isTrue();
    assertThat(Files.exists(part())).isFalse();
  }

  private Path part() {
    return cache.resolve(NAME + ".part");
  }

  private Download download(DownloadOptions options) throws Exception {
    byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
    String prefix = HexFormat.of().formatHex(sum).substring(0, 8);
    return new Download(NAME, prefix, LARGEST, DownloadOptions.MIRROR_PROPERTY, options);
  }

  private DownloadOptions options() {
    return DownloadOptions.defaults()
        .cache(cache)
        .source(URI.create(url()))
        .listener(DownloadListener.silent())
        .patience(Duration.ofSeconds(5));
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/models/";
  }

  private void serve(HttpHandler handler) {
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

  private void whole(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, SIZE);
    exchange.getResponseBody().write(content);
  }

  private void wholeOrRange(HttpExchange exchange) throws IOException {
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

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
