package io.blockwork.runtime;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ImageClassifier;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A network that cannot be created says why")
class NetworksTest {
  /** Its generated class stands below, as it is where a native library is missing. */
  interface Unlinked extends Network {}

  @Test
  void namesTheLibraryThatCannotBeLoaded() {
    var error = assertThrows(IllegalStateException.class, () -> Networks.create(Unlinked.class));
    assertThat(error).hasMessageThat().contains("UnsatisfiedLinkError: no jnidnnl in");
    assertThat(error).hasMessageThat().contains("fix: put the native libraries for this system");
    assertThat(error).hasCauseThat().isInstanceOf(ExceptionInInitializerError.class);
  }

  @Test
  void saysThatProcessorsDoNotSeeLocalInterfaces() {
    @ResNet(blocks = {1})
    interface Local extends ImageClassifier {}
    var error = assertThrows(IllegalArgumentException.class, () -> Networks.create(Local.class));
    assertThat(error).hasMessageThat().contains("is declared inside a method");
    assertThat(error).hasMessageThat().doesNotContain("pom.xml");
  }
}

/** What the processor would have generated. */
final class NetworksTest_UnlinkedNetwork {
  private NetworksTest_UnlinkedNetwork() {}

  @SuppressWarnings("DoNotCallSuggester") // as generated classes have it
  public static NetworksTest.Unlinked create(NetworkOptions options) {
    throw new ExceptionInInitializerError(
        new UnsatisfiedLinkError("no jnidnnl in java.library.path"));
  }
}
