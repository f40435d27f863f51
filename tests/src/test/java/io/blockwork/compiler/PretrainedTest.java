package io.blockwork.compiler;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.blockwork.ImageClassifier;
import io.blockwork.ResNet;
import io.blockwork.io.FileException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PretrainedTest {
  /** The weights fit up to the head, which is for fine-tuning. */
  @ResNet(
      blocks = {2, 2, 2, 2},
      classes = 5,
      weights = "RESNET18_IMAGENET1K_V1")
  interface FiveClasses extends ImageClassifier {}

  private static final String MIRROR = "blockwork.mirror";
  private String before = "";

  @BeforeEach
  void pointsTheDownloadsAtNobody() throws Exception {
    before = System.getProperty(MIRROR, "");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      System.setProperty(MIRROR, "http://127.0.0.1:" + socket.getLocalPort() + "/");
    }
  }

  @AfterEach
  void restores() {
    if (before.isEmpty()) {
      System.clearProperty(MIRROR);
    } else {
      System.setProperty(MIRROR, before);
    }
  }

  @Test
  void weightsThatCannotBeDownloadedAreNamed() {
    FileException failure =
        assertThrows(FileException.class, PretrainedTest_FiveClassesNetwork::pretrained);

    assertThat(failure).hasMessageThat().contains("resnet18-f37072fd.pth");
  }

  @Test
  void theNetworkCanStillBeCreatedWithoutThem() {
    try (ImageClassifier net = PretrainedTest_FiveClassesNetwork.create()) {
      assertThat(net.classes()).isEqualTo(5);
    }
  }
}
