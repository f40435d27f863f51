package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where downloads come from and go to. */
class DownloadOptionsTest {
  private static final String PROPERTY = "blockwork.test.mirror";

  @Test
  void theCacheIsInBlockworkHomeIfThereIsOne() {
    assertThat(DownloadOptions.defaultCache(Optional.of("home")))
        .isEqualTo(Path.of("home/weights"));
    assertThat(DownloadOptions.defaultCache(Optional.empty()).toString()).contains("blockwork");
    assertThat(DownloadOptions.defaults().source().toString()).endsWith("/models/");
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
}
