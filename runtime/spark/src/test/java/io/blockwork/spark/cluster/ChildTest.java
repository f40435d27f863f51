package io.blockwork.spark.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a killed test would leave behind ends by itself. */
class ChildTest {
  /** A process that would never end. */
  static final class Waiting {
    private Waiting() {}

    /** Waits for nothing. */
    public static void main(String[] args) throws InterruptedException {
      System.out.println("waits");
      new CountDownLatch(1).await();
    }
  }

  @Test
  void aProcessEndsWhenTheOneThatStartedItIsGone() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                Cluster.tests().toString(),
                Child.class.getName(),
                Waiting.class.getName())
            .start();
    try {
      assertTrue(process.inputReader().readLine().startsWith("waits"));
      // The system closes the pipe when a process ends, however that comes about.
      process.getOutputStream().close();
      assertTrue(process.waitFor(ChildProcess.SECONDS, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
  }
}
