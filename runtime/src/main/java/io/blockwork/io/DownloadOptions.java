package io.blockwork.io;

import java.net.URI;
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
 * @param patience how long a server may be silent
 * @param attempts how often a broken download is resumed, the first time included
 */
public record DownloadOptions(
    Path cache, URI source, DownloadListener listener, Duration patience, int attempts) {

  /** System property with the URL of a mirror of PyTorch's model folder. */
  public static final String MIRROR_PROPERTY = "blockwork.mirror";

  /** Environment variable with Blockwork's folder; files go into {@code weights} within. */
  public static final String HOME_VARIABLE = "BLOCKWORK_HOME";

  private static final String PYTORCH = "https://download.pytorch.org/models/";

  /** Checks the arguments. */
  public DownloadOptions {
    if (attempts < 1 || patience.isNegative() || patience.isZero()) {
      throw new IllegalArgumentException("at least one attempt and some patience are needed");
    }
  }

  /**
   * The cache in {@code BLOCKWORK_HOME}, else in the user's cache folder; PyTorch's server, or the
   * mirror that the system property {@code blockwork.mirror} names; a progress bar if there is a
   * console; 30 seconds of patience and four attempts.
   */
  public static DownloadOptions defaults() {
    URI source = URI.create(System.getProperty(MIRROR_PROPERTY, PYTORCH));
    DownloadListener listener =
        Terminal.isThere() ? new ConsoleProgress(System.err) : DownloadListener.silent();
    return new DownloadOptions(
        defaultCache(variable(HOME_VARIABLE)), source, listener, Duration.ofSeconds(30), 4);
  }

  /** The same with files in another folder. */
  public DownloadOptions cache(Path folder) {
    return new DownloadOptions(folder, source, listener, patience, attempts);
  }

  /** The same from another server: the URL of the folder that has the files. */
  public DownloadOptions source(URI folder) {
    return new DownloadOptions(cache, folder, listener, patience, attempts);
  }

  /** The same with another listener. */
  public DownloadOptions listener(DownloadListener other) {
    return new DownloadOptions(cache, source, other, patience, attempts);
  }

  /** The same with another patience. */
  public DownloadOptions patience(Duration silence) {
    return new DownloadOptions(cache, source, listener, silence, attempts);
  }

  /** The same with another number of attempts. */
  public DownloadOptions attempts(int count) {
    return new DownloadOptions(cache, source, listener, patience, count);
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
