package io.blockwork.io;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Where published weights come from and go to.
 *
 * @param cache folder of the files
 * @param source URL of the folder that has the files
 * @param listener hears of the progress
 * @param patience how long a server may be silent; over twice as long, it has to send at least 4
 *     KiB a second
 * @param limit how long a download may take in all
 * @param attempts how often a broken download is resumed, the first time included
 */
public record DownloadOptions(
    Path cache,
    URI source,
    DownloadListener listener,
    Duration patience,
    Duration limit,
    int attempts) {

  /** System property with the URL of a mirror of PyTorch's model folder. */
  public static final String MIRROR_PROPERTY = "blockwork.mirror";

  /** Environment variable with Blockwork's folder; files go into {@code weights} within. */
  public static final String HOME_VARIABLE = "BLOCKWORK_HOME";

  /** Bytes a second, over twice the patience, that are worth waiting for. */
  static final long LEAST_RATE = 4096;

  private static final String PYTORCH = "https://download.pytorch.org/models/";

  /** Checks the arguments. */
  public DownloadOptions {
    if (attempts < 1 || isNone(patience) || isNone(limit)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "expected at least one attempt, and a patience and a limit above 0; got %d, %s and %s",
              attempts, patience, limit));
    }
  }

  /**
   * The cache in {@code BLOCKWORK_HOME}, else in the user's cache folder; PyTorch's server, or the
   * mirror that the system property {@code blockwork.mirror} names; a progress bar if there is a
   * console; 30 seconds of patience, six hours in all, and four attempts.
   *
   * @throws FileException if the mirror is not an http or https URL
   */
  public static DownloadOptions defaults() {
    DownloadListener listener =
        Terminal.isThere() ? new ConsoleProgress(System.err) : DownloadListener.silent();
    return new DownloadOptions(
        defaultCache(variable(HOME_VARIABLE)),
        source(MIRROR_PROPERTY, PYTORCH),
        listener,
        Duration.ofSeconds(30),
        Duration.ofHours(6),
        4);
  }

  private static boolean isNone(Duration time) {
    return time.isNegative() || time.isZero();
  }

  /**
   * The URL of a folder with files: a mirror that a system property names, or the usual one.
   *
   * @param property the system property
   * @param usual the URL if it is not set
   * @throws FileException if the mirror is not an http or https URL
   */
  public static URI source(String property, String usual) {
    String mirror = System.getProperty(property, usual).strip();
    try {
      return requireWeb(new URI(mirror));
    } catch (URISyntaxException e) {
      throw new FileException(
          SafeText.format(
              "-D%s=%s is not a URL (%s)\n  fix: name the folder of a web server, as"
                  + " https://example.org/files/",
              property, mirror, e.getReason()),
          e);
    }
  }

  private static URI requireWeb(URI source) {
    String scheme = String.valueOf(source.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.matches("https?") || source.getHost() == null) {
      throw new FileException(
          SafeText.format(
              "files cannot be fetched from %s: it is not an http or https URL\n  fix: name the folder"
                  + " of a web server, as https://example.org/files/; files of this machine can be"
                  + " copied into the cache folder by hand",
              source));
    }
    return source;
  }

  /** The URL of a file in a folder. */
  static URI inFolder(URI folder, String name) {
    String text = requireWeb(folder).toString();
    return URI.create(text.endsWith("/") ? text + name : text + "/" + name);
  }

  /** The same with files in another folder. */
  public DownloadOptions cache(Path folder) {
    return new DownloadOptions(folder, source, listener, patience, limit, attempts);
  }

  /** The same from another server: the URL of the folder that has the files. */
  public DownloadOptions source(URI folder) {
    return new DownloadOptions(cache, folder, listener, patience, limit, attempts);
  }

  /** The same with another listener. */
  public DownloadOptions listener(DownloadListener other) {
    return new DownloadOptions(cache, source, other, patience, limit, attempts);
  }

  /** The same with another patience. */
  public DownloadOptions patience(Duration silence) {
    return new DownloadOptions(cache, source, listener, silence, limit, attempts);
  }

  /** The same with another limit of the time that a download may take in all. */
  public DownloadOptions limit(Duration total) {
    return new DownloadOptions(cache, source, listener, patience, total, attempts);
  }

  /** The same with another number of attempts. */
  public DownloadOptions attempts(int count) {
    return new DownloadOptions(cache, source, listener, patience, limit, count);
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  /** The folder for weights, given the value of {@code BLOCKWORK_HOME}. */
  static Path defaultCache(Optional<String> home) {
    return home.map(Path::of).orElseGet(DownloadOptions::userCache).resolve("weights");
  }

  /** Where each system keeps what can be fetched again. */
  private static Path userCache() {
    Path user = Path.of(System.getProperty("user.home", "."));
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    if (system.contains("win")) {
      Path local = variable("LOCALAPPDATA").map(Path::of).orElse(user.resolve("AppData/Local"));
      return local.resolve("blockwork").resolve("cache");
    }
    if (system.contains("mac")) {
      return user.resolve("Library/Caches/blockwork");
    }
    return variable("XDG_CACHE_HOME")
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElse(user.resolve(".cache"))
        .resolve("blockwork");
  }
}
