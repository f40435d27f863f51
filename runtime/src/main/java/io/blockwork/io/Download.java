package io.blockwork.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fetches one file into a cache folder, once. */
final class Download {
  private static final long POLL_MILLIS = 50;
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18})");

  private final String name;
  private final String sha256Prefix;
  private final long largest;
  private final String mirrorProperty;
  private final DownloadOptions options;
  private final Pace pace;
  private final Path file;
  private final Path part;
  private final URI url;

  /** When this download began, as the pace tells the time. */
  private long start;

  /** Where the current request's body goes; set by the client's thread. */
  private volatile Optional<PartFile> body = Optional.empty();

  /**
   * @param sha256Prefix first hexadecimal digits that the file's SHA-256 has to have
   * @param largest bytes that the file cannot exceed
   * @param mirrorProperty the system property that names another source
   * @param pace tells the time
   */
  Download(
      String name,
      String sha256Prefix,
      long largest,
      String mirrorProperty,
      DownloadOptions options,
      Pace pace) {
    this.name = name;
    this.mirrorProperty = mirrorProperty;
    this.sha256Prefix = sha256Prefix;
    this.largest = largest;
    this.options = options;
    this.pace = pace;
    this.file = options.cache().resolve(name);
    this.part = options.cache().resolve(name + ".part");
    this.url = DownloadOptions.inFolder(options.source(), name);
  }

  /** The verified file, fetched first if it is not there. */
  Path path() {
    if (Files.isRegularFile(file)) {
      return file;
    }
    start = pace.nanoTime();
    try {
      Files.createDirectories(options.cache());
      fetchAlone();
    } catch (InterruptedIOException | ClosedByInterruptException e) {
      throw problem(e, "was not fetched: the thread was interrupted");
    } catch (OutOfTime e) {
      throw problem(e, "cannot be fetched from %s: %s", url, e.getMessage());
    } catch (IOException e) {
      throw problem(e, "cannot be kept in %s (%s)", options.cache(), e);
    }
    return file;
  }

  /** Fetches the file unless another process or thread does meanwhile. */
  private void fetchAlone() throws IOException {
    Path place = options.cache().resolve(name + ".lock");
    Optional<LockedFile> free = LockedFile.tryLock(place);
    while (free.isEmpty()) {
      pause(POLL_MILLIS);
      free = LockedFile.tryLock(place);
    }
    try (LockedFile lock = free.get()) {
      if (!Files.isRegularFile(file)) {
        fetch();
      }
    }
  }

  private void fetch() throws IOException {
    IOException last = new IOException("no attempt");
    for (int attempt = 1; attempt <= options.attempts(); attempt++) {
      boolean resumed = size() > 0;
      try {
        requireTime();
        transfer();
        String sum = sha256();
        if (sum.startsWith(sha256Prefix)) {
          AtomicFile.move(part, file);
          return;
        }
        Files.delete(part);
        last =
            new IOException(
                SafeText.format(
                    "its SHA-256 begins with %s instead of %s, so the server has another file",
                    sum.substring(0, sha256Prefix.length()), sha256Prefix));
        if (!resumed) {
          break;
        }
      } catch (ConnectException | HttpConnectTimeoutException e) {
        throw problem(e, "cannot be fetched from %s: is this machine offline?", url);
      } catch (InterruptedIOException | OutOfTime e) {
        throw e;
      } catch (IOException e) {
        last = e;
        if (attempt < options.attempts()) {
          pause(5L * attempt * POLL_MILLIS);
        }
      }
    }
    throw problem(last, "cannot be fetched from %s: %s", url, last.getMessage());
  }

  /** Bytes of the file that are there. A link in its place is removed: it could lead anywhere. */
  private long size() throws IOException {
    if (Files.isSymbolicLink(part)) {
      Files.delete(part);
    }
    return Files.isRegularFile(part, LinkOption.NOFOLLOW_LINKS) ? Files.size(part) : 0;
  }

  /** The download has taken longer than it may. */
  private static final class OutOfTime extends IOException {
    private static final long serialVersionUID = 1L;

    OutOfTime(Duration limit) {
      super("it took longer than " + limit.toMillis() + " ms");
    }
  }

  private void requireTime() throws OutOfTime {
    if (pace.nanoTime() - start > options.limit().toNanos()) {
      throw new OutOfTime(options.limit());
    }
  }

  /** One request, for what is missing of the part file. */
  private void transfer() throws IOException {
    long have = size();
    HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(options.patience())
            .build();
    HttpRequest.Builder request = HttpRequest.newBuilder(url).GET();
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    body = Optional.empty();
    CompletableFuture<HttpResponse<Long>> response =
        client.sendAsync(request.build(), info -> receive(info, have));
    HttpResponse<Long> answer = await(response);
    int status = answer.statusCode();
    if (status == 416) {
      // The part file is not the beginning of the server's file, or is all of it: start anew.
      Files.deleteIfExists(part);
    }
    if (status == 404 || status == 410) {
      throw problem(
          new IOException("HTTP " + status), "is not at %s (the server answered %d)", url, status);
    }
    if (status != 200 && status != 206) {
      throw new IOException("the server answered " + status);
    }
  }

  private BodySubscriber<Long> receive(ResponseInfo info, long have) {
    long length = info.headers().firstValueAsLong("Content-Length").orElse(-1);
    try {
      if (info.statusCode() == 200) {
        return part(0, length);
      }
      if (info.statusCode() == 206) {
        Matcher range =
            CONTENT_RANGE.matcher(info.headers().firstValue("Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != have) {
          throw new IOException("the server sent another part than was asked for");
        }
        return part(have, Long.parseLong(range.group(2)));
      }
    } catch (IOException e) {
      return new RefusedBody(e);
    }
    return BodySubscribers.replacing(0L);
  }

  private PartFile part(long from, long total) throws IOException {
    if (total > largest) {
      throw new IOException(
          SafeText.format(
              "the server announces %d bytes, but the file has at most %d", total, largest));
    }
    PartFile target =
        new PartFile(
            part,
            from,
            largest,
            at -> options.listener().progress(name, at, total),
            pace::nanoTime);
    body = Optional.of(target);
    return target;
  }

  /** Waits for the end, but not for a server that has fallen silent or sends next to nothing. */
  private HttpResponse<Long> await(CompletableFuture<HttpResponse<Long>> response)
      throws IOException {
    long asked = pace.nanoTime();
    Window window = new Window(asked, 0);
    while (true) {
      try {
        return response.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        try {
          requireTime();
          requireSound(asked);
          window =
              window.next(
                  pace.nanoTime(),
                  body.map(PartFile::received).orElse(0L),
                  options.patience().multipliedBy(2));
        } catch (IOException tooSlow) {
          response.cancel(true);
          body.ifPresent(target -> target.onError(tooSlow));
          throw tooSlow;
        }
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof IOException io) {
          throw io;
        }
        throw new IOException(String.valueOf(cause), e);
      } catch (InterruptedException e) {
        response.cancel(true);
        body.ifPresent(target -> target.onError(e));
        throw interrupted();
      }
    }
  }

  private void requireSound(long asked) throws IOException {
    long now = pace.nanoTime();
    long heard = body.map(PartFile::lastNanos).orElse(asked);
    if (now - heard > options.patience().toNanos()) {
      throw new IOException("the server was silent for " + options.patience().toMillis() + " ms");
    }
  }

  /** A span of time in which the server has to send something worth waiting for. */
  private record Window(long from, long received) {
    /** This one, or the next if it is over. */
    Window next(long time, long now, Duration length) throws IOException {
      if (time - from < length.toNanos()) {
        return this;
      }
      // Twice the patience long: of a server that sends nothing, it is the silence that is told.
      if (now - received < DownloadOptions.LEAST_RATE * length.toMillis() / 1000) {
        throw new IOException(
            SafeText.format(
                "the server sent only %d bytes in %d ms", now - received, length.toMillis()));
      }
      return new Window(time, now);
    }
  }

  private String sha256() throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream input =
          new DigestInputStream(Files.newInputStream(part, LinkOption.NOFOLLOW_LINKS), digest)) {
        input.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private void pause(long millis) throws IOException {
    try {
      pace.pause(millis);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("the download was interrupted");
  }

  private FileException problem(Throwable cause, String what, @Nullable Object... arguments) {
    return new FileException(
        SafeText.format("%s ", name)
            + SafeText.format(what, arguments)
            + SafeText.format(
                "\n  fix: put the file at %s by hand, or name a mirror with -D%s=URL",
                file, mirrorProperty),
        cause);
  }
}
