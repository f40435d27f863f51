package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.published.TorchvisionWeights;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Downloads from servers of every bad habit, all on this machine. */
class DownloadTest extends ServedFile {
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
  void refusesASourceThatIsNoWebServer() {
    DownloadOptions options = options().source(URI.create("file:///srv/models/"));
    FileException error = assertThrows(FileException.class, () -> download(options));
    assertThat(error).hasMessageThat().contains("it is not an http or https URL");
  }
}
