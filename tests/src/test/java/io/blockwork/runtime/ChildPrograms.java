package io.blockwork.runtime;

import io.blockwork.NetworkOptions;
import io.blockwork.engine.Engines;
import io.blockwork.loss.Loss;
import io.blockwork.memory.NativeBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** What {@link ChildJvmTest} runs in processes of their own. */
final class ChildPrograms {
  private ChildPrograms() {}

  public static void main(String[] arguments) {
    switch (arguments[0]) {
      case "predict" -> predict();
      case "profile" -> profile();
      case "threads" -> threads();
      case "train" -> train(Integer.parseInt(arguments[1]));
      case "scatter" -> closeAfterScatteredBlocks();
      case "create" -> createAndClose(Integer.parseInt(arguments[1]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static MemoryTest.Residual network() {
    return io.blockwork.Networks.create(
        MemoryTest.Residual.class,
        NetworkOptions.defaults().seed(1).engine(Engines.named("onednn")));
  }

  private static void predict() {
    try (var net = network()) {
      System.out.println("predicted " + net.forward(new float[3 * 12 * 12]).length);
    }
  }

  /** A batch that is divided among all threads. */
  private static void threads() {
    try (var net = network()) {
      int images = 8;
      int scores = net.forward(new float[images * 3 * 12 * 12]).length / images;
      System.out.println(net.engine() + ", " + scores + " scores");
    }
  }

  /** A network whose convolutions have channels enough for every kernel. */
  private static void profile() {
    try (var net =
        io.blockwork.Networks.create(
            io.blockwork.examples.networks.ResNet20.class,
            NetworkOptions.defaults().seed(1).engine(Engines.named("onednn")))) {
      System.out.println(net.profile(Nd4j.zeros(DataType.FLOAT, 4, 3, 32, 32)));
    }
  }

  /** Trains with a plan that is larger than Java's heap. */
  private static void train(int batch) {
    try (var net = network()) {
      var images = Nd4j.zeros(DataType.FLOAT, batch, 3, 12, 12);
      net.train(images, Loss.softmaxCrossEntropy(new int[batch]));
      System.out.println(
          NativeBlock.livingBytes() > Runtime.getRuntime().maxMemory() ? "trained" : "too small");
    }
  }

  /** Tells of the memory after a quarter of the networks, when Java has warmed up, and at last. */
  private static void createAndClose(int networks) {
    int batch = 64;
    for (int i = 1; i <= networks; i++) {
      try (var net = network()) {
        net.forward(new float[batch * 3 * 12 * 12]);
        net.train(
            Nd4j.zeros(DataType.FLOAT, batch, 3, 12, 12), Loss.softmaxCrossEntropy(new int[batch]));
      }
      if (i == networks / 4 || i == networks) {
        System.out.println("living " + NativeBlock.livingBytes());
        System.out.println("resident " + residentKilobytes());
      }
    }
  }

  /** Frees memory that lies below some that is still in use, and then closes a network. */
  private static void closeAfterScatteredBlocks() {
    int blocks = 2_000;
    Deque<NativeBlock> scattered = new ArrayDeque<>();
    try (var net = network()) {
      net.forward(new float[3 * 12 * 12]);
      for (int i = 0; i < blocks; i++) {
        NativeBlock block = NativeBlock.allocate(100_000);
        block.clear();
        scattered.push(block);
      }
      NativeBlock last = scattered.pop();
      scattered.forEach(NativeBlock::close);
      System.out.println("resident " + residentKilobytes());
      scattered.clear();
      scattered.push(last);
    }
    System.out.println("resident " + residentKilobytes());
    scattered.pop().close();
  }

  /** What the process has in memory as Linux says it; 0 elsewhere. */
  private static long residentKilobytes() {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
