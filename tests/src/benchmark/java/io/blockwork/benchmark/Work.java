package io.blockwork.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One row of the table: what several contenders do.
 *
 * @param kind what is measured
 * @param subject the network
 * @param batch images at a time
 * @param threads that everyone computes with
 */
record Work(Kind kind, Subject subject, int batch, int threads) {
  /** Those that are measured where integers are. */
  private static final List<String> INTEGERS =
      List.of("blockwork-direct", "blockwork-int8", "onnxruntime-int8");

  /** What is measured. */
  enum Kind {
    /** Milliseconds of a forward pass. */
    INFERENCE,
    /** Milliseconds of a training step. */
    TRAINING,
    /** Peak resident megabytes of a process that takes some training steps. */
    MEMORY,
    /** Milliseconds from the start of a process to its first prediction. */
    START;

    /** The unit of the numbers. */
    String unit() {
      return this == MEMORY ? "MB" : "ms";
    }
  }

  private Work(Kind kind, Subject subject, int batch) {
    this(kind, subject, batch, Contender.THREADS);
  }

  /** The rows of the table, in order. */
  static List<Work> all() {
    List<Work> works = new ArrayList<>();
    for (List<Subject> subjects : List.of(Subject.FAMILIES, Subject.COMPOSED)) {
      for (Subject subject : subjects) {
        works.add(new Work(Kind.INFERENCE, subject, 1));
        works.add(new Work(Kind.INFERENCE, subject, 16));
      }
    }
    if (Contender.THREADS > 1) {
      for (Subject subject : Subject.FAMILIES) {
        works.add(new Work(Kind.INFERENCE, subject, 1, 1));
        works.add(new Work(Kind.INFERENCE, subject, 16, 1));
      }
    }
    works.add(new Work(Kind.TRAINING, Subject.CIFAR_RESNET18, 64));
    works.add(new Work(Kind.TRAINING, Subject.RESNET50, 16));
    works.add(new Work(Kind.TRAINING, Subject.DENSENET121, 16));
    works.add(new Work(Kind.MEMORY, Subject.DENSENET121, 16));
    works.add(new Work(Kind.START, Subject.RESNET50, 1));
    return works;
  }

  /** The row's name: {@code inference resnet50 16}, or {@code inference resnet50 16 threads 1}. */
  String name() {
    String name = "%s %s %d".formatted(kind.name().toLowerCase(Locale.ROOT), subject.key(), batch);
    return threads == PeerRun.DEFAULT_THREADS ? name : name + " threads " + threads;
  }

  /** Whether it is done with fewer threads than the others, for which fewer contenders count. */
  boolean single() {
    return threads < Contender.THREADS;
  }

  /** Whether the network is composed of blocks rather than of a family. */
  boolean composed() {
    return Subject.COMPOSED.contains(subject);
  }

  /** Whether bfloat16 is compared here too. */
  boolean half() {
    return kind == Kind.TRAINING
        || (kind == Kind.INFERENCE
            && (subject == Subject.RESNET50 || subject == Subject.DENSENET121));
  }

  /**
   * Who does it, in the order of measuring.
   *
   * @param exported whether the peers' networks could be exported
   * @param bfloat16 whether the processor computes in bfloat16
   */
  List<String> contenders(boolean exported, boolean bfloat16) {
    if (composed()) {
      return exported ? List.of("blockwork", "onnxruntime") : List.of("blockwork");
    }
    Stream<String> names =
        switch (kind) {
          case INFERENCE ->
              Stream.of(
                  "blockwork",
                  "onnxruntime",
                  "blockwork-bf16",
                  "blockwork-whole",
                  "blockwork-direct",
                  "blockwork-int8",
                  "onnxruntime-int8",
                  "djl-plain",
                  "djl-frozen",
                  "djl-frozen-nhwc",
                  "djl-bf16",
                  "djl-blocks",
                  "dl4j",
                  "floor",
                  "floor-bf16");
          case TRAINING -> Stream.of("blockwork", "djl", "blockwork-bf16", "floor", "floor-bf16");
          case MEMORY -> Stream.of("blockwork", "blockwork-memory-efficient", "djl");
          case START -> Stream.of("blockwork-plain", "blockwork", "djl-plain", "djl-blocks");
        };
    List<String> torch =
        exported
            ? List.of("djl-blocks")
            : List.of("onnxruntime", "djl-plain", "djl-frozen", "djl-frozen-nhwc", "djl-bf16");
    return names
        .filter(name -> !torch.contains(name))
        .filter(name -> !name.endsWith("-bf16") || (half() && bfloat16))
        .filter(name -> half() || !INTEGERS.contains(name))
        .filter(name -> batch > 1 || !name.equals("blockwork-whole"))
        .filter(name -> !single() || name.matches("(blockwork|onnxruntime).*"))
        .filter(name -> !name.equals("dl4j") || subject == Subject.RESNET50)
        .toList();
  }
}
