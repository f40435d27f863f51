package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.engine.Engine;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Engines;
import io.blockwork.loss.Loss;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Prints what running and training a small residual network costs in memory: the bytes of Java heap
 * that one call allocates, and how far the process's resident size grows from the 200th to the
 * 2,000th call. Each line is a process of its own with the JVM's default settings. Run it with this
 * module's test class path, on Linux.
 */
public final class MemoryUse {
  private static final int BATCH = 16;
  private static final int EARLY = 200;
  private static final int LATE = 2000;
  private static final double MEGABYTE = 1 << 20;

  /** Small enough for thousands of steps, with every kind of layer that residual networks have. */
  @ResNet(
      blocks = {1, 1, 1},
      width = 16,
      stem = Stem.CIFAR,
      input = @Input(height = 32, width = 32),
      classes = 10)
  interface Small extends ImageClassifier {}

  private MemoryUse() {}

  /** Without arguments, measures everything; with an engine and a kind of work, that. */
  public static void main(String[] args) throws IOException, InterruptedException {
    PrintStream out = System.out;
    if (args.length == 2) {
      out.println(measure(args[0], args[1]));
      return;
    }
    out.printf("%-28s %10s %10s %10s %10s%n", "", "B a call", "MB at 200", "at 2,000", "growth");
    for (String engine : List.of("onednn", "nd4j")) {
      for (String work : List.of("forward", "forward-into", "train")) {
        fork(engine, work);
      }
    }
  }

  private static void fork(String engine, String work) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = System.getProperty("java.class.path");
    List<String> command =
        List.of(
            java,
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            path,
            MemoryUse.class.getName(),
            engine,
            work);
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IllegalStateException(engine + " " + work + " ended with " + exit);
    }
  }

  private static String measure(String engine, String work) throws IOException {
    NetworkOptions options = NetworkOptions.defaults().engine(engine(engine));
    INDArray images = Nd4j.rand(DataType.FLOAT, BATCH, 3, 32, 32);
    try (Small net = Networks.create(Small.class, options)) {
      Runnable call = call(work, net, images);
      double early = 0;
      long allocated = 0;
      for (int i = 0; i < LATE; i++) {
        if (i == EARLY) {
          early = resident();
          allocated = allocated();
        }
        call.run();
      }
      long bytes = (allocated() - allocated) / (LATE - EARLY);
      double late = resident();
      return String.format(
          Locale.ROOT,
          "%-28s %10d %10.1f %10.1f %9.1f%%",
          engine + " " + work,
          bytes,
          early,
          late,
          100 * (late / early - 1));
    }
  }

  /**
   * One thread: layers this small would wait for their threads most of the time where other
   * processes want the processors, and threads do not change what is measured.
   */
  private static Engine engine(String name) {
    return Engines.create(EngineOptions.named(name).threads(1), DataType.FLOAT);
  }

  private static Runnable call(String work, Small net, INDArray images) {
    if (work.equals("forward")) {
      return () -> net.forward(images);
    }
    if (work.equals("forward-into")) {
      INDArray output = Nd4j.create(DataType.FLOAT, BATCH, 10);
      return () -> net.forward(images, output);
    }
    Loss loss = Loss.softmaxCrossEntropy(new int[BATCH]);
    Optimizer optimizer = Optimizer.of(net, new Momentum(0.01, 0.9)).weightDecay(1e-4);
    return () -> {
      net.train(images, loss);
      optimizer.step();
    };
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /** Megabytes of this process that are in memory. */
  private static double resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / MEGABYTE;
      }
    }
    throw new IllegalStateException("this system does not tell the resident size");
  }
}
