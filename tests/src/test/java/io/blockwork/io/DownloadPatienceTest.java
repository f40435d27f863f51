package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** How long a download waits for its server, by a clock that only the test moves. */
class DownloadPatienceTest extends ServedFile {
  /** Bytes after which a server stalls. */
  private static final int SENT = 1000;

  @Test
  void givesUpOnAServerThatStalls() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    serve(exchange -> stall(exchange, release));
    DownloadOptions options = options().attempts(2).listener(this::losePatience);
    FileException error = assertThrows(FileException.class, () -> download(options).path());
    release.countDown();
    assertThat(error).hasMessageThat().contains("silent for 60000 ms");
    assertThat(requests.get()).isEqualTo(2);
    assertThat(Files.size(part())).isEqualTo(SENT);
  }

  @Test
  void resumesAfterAStall() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    serve(
        exchange -> {
          if (requests.get() == 1) {
            stall(exchange, release);
          } else {
            wholeOrRange(exchange);
          }
        });
    assertFetched(download(options().listener(this::losePatience)).path());
    release.countDown();
    assertThat(ranges).containsExactly("bytes=" + SENT + "-");
  }

  /** Sends the first bytes, and nothing more. */
  private void stall(HttpExchange exchange, CountDownLatch release) throws IOException {
    exchange.sendResponseHeaders(200, SIZE);
    exchange.getResponseBody().write(content, 0, SENT);
    exchange.getResponseBody().flush();
    await(release);
  }

  /** Moves the clock once the first bytes have come. */
  private void losePatience(String file, long done, long total) {
    if (done == SENT) {
      pace.advance(PATIENCE.plusMillis(1));
    }
  }

  /** It is never silent for long: a byte comes every half of the patience. */
  @Test
  void givesUpOnAServerThatSendsNextToNothing() {
    Semaphore heard = new Semaphore(0);
    serve(
        exchange -> {
          exchange.sendResponseHeaders(200, SIZE);
          OutputStream body = exchange.getResponseBody();
          try {
            while (true) {
              body.write(1);
              body.flush();
              heard.acquire();
              pace.advance(PATIENCE.dividedBy(2));
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    DownloadOptions options =
        options().attempts(1).listener((file, done, total) -> heard.release());
    FileException error = assertThrows(FileException.class, () -> download(options).path());
    assertThat(error)
        .hasMessageThat()
        .matches("(?s).*the server sent only \\d+ bytes in 120000 ms.*");
  }

  @Test
  void takesNoLongerInAllThanItMay() {
    CountDownLatch release = new CountDownLatch(1);
    serve(exchange -> stall(exchange, release));
    DownloadOptions options =
        options()
            .limit(Duration.ofMillis(300))
            .listener((file, done, total) -> pace.advance(Duration.ofMillis(301)));
    FileException error = assertThrows(FileException.class, () -> download(options).path());
    release.countDown();
    assertThat(error).hasMessageThat().contains("cannot be fetched from " + url());
    assertThat(error).hasMessageThat().contains(": it took longer than 300 ms");
  }
}
