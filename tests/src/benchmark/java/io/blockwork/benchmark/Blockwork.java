package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Kernels;
import io.blockwork.engine.Precision;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.loss.Loss;
import io.blockwork.onnx.exporter.OnnxExport;
import io.blockwork.quantization.Calibrator;
import io.blockwork.quantization.Quantizer;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Our own networks on oneDNN. */
final class Blockwork {
  private static final int CALIBRATION = 4;

  private Blockwork() {}

  static Contender inference(Subject subject, int batch, boolean half) {
    return inference(create(subject.type(), half), subject, batch);
  }

  /** With direct kernels only, as integers have. */
  static Contender direct(Subject subject, int batch) {
    return inference(create(subject.type(), options().kernels(Kernels.DIRECT)), subject, batch);
  }

  /** In 8-bit integers, calibrated on a few random images. */
  static Contender integers(Subject subject, int batch) {
    return inference(quantized(subject.type(), subject), subject, batch);
  }

  /** The batch as a whole on all threads, which no other division should be slower than. */
  static Contender whole(Subject subject, int batch) {
    OneDnnEngine engine = new OneDnnEngine(options()).microBatch(batch, false);
    ImageClassifier net = Networks.create(subject.type(), NetworkOptions.defaults().engine(engine));
    return inference(net, subject, batch);
  }

  private static Contender inference(ImageClassifier net, Subject subject, int batch) {
    INDArray images = Nd4j.rand(DataType.FLOAT, subject.images(batch));
    return () -> net.forward(images).close();
  }

  static <N extends ImageClassifier> N quantized(Class<N> type, Subject subject) {
    try (N floats = create(type, options().kernels(Kernels.DIRECT))) {
      return Quantizer.of(type, floats).engine(options()).quantized(calibrated(floats, subject));
    }
  }

  /** Writes what {@link #quantized} computes as an ONNX file. */
  static void exportIntegers(Subject subject, Path file) {
    try (ImageClassifier floats = create(subject.type(), options().kernels(Kernels.DIRECT))) {
      OnnxExport.of(floats).quantization(calibrated(floats, subject)).to(file);
    }
  }

  private static Quantization calibrated(ImageClassifier floats, Subject subject) {
    INDArray images = Nd4j.rand(DataType.FLOAT, subject.images(CALIBRATION));
    ArrayDataset data = ArrayDataset.of(images, List.of("any"), new int[CALIBRATION]);
    try (DataLoader loader = DataLoader.of(data).batchSize(CALIBRATION).build()) {
      return Calibrator.of(floats).run(loader);
    }
  }

  /** Some weights in a file, which is written if it is missing. */
  static Path weights(Subject subject) {
    Path file = TorchExport.file(subject, ".safetensors");
    if (!Files.exists(file)) {
      try (ImageClassifier net = create(subject.type(), false)) {
        Weights.save(net.parameters(), file);
      }
    }
    return file;
  }

  /** A network with weights from a file. */
  private static ImageClassifier loaded(Subject subject) {
    ImageClassifier net = create(subject.type(), false);
    try (Weights weights = Weights.open(weights(subject))) {
      net.parameters().load(weights);
    }
    return net;
  }

  /** A first prediction of images that are ND4J's. */
  static Contender first(Subject subject, int batch) {
    return inference(loaded(subject), subject, batch);
  }

  /** The same on plain values, for which ND4J is not started. */
  static Contender plainFirst(Subject subject, int batch) {
    ImageClassifier net = loaded(subject);
    long length = 1;
    for (long size : subject.images(batch)) {
      length *= size;
    }
    float[] images = new float[Math.toIntExact(length)];
    Random random = new Random(0);
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    return () -> net.forward(images);
  }

  static Contender training(
      Class<? extends ImageClassifier> type, Subject subject, int batch, boolean half) {
    ImageClassifier net = create(type, half);
    Optimizer optimizer = Optimizer.of(net, new Momentum(0.01, 0.9));
    INDArray images = Nd4j.rand(DataType.FLOAT, subject.images(batch));
    Loss loss = Loss.softmaxCrossEntropy(subject.labels(batch));
    return () -> {
      net.train(images, loss);
      optimizer.step();
    };
  }

  static <N extends ImageClassifier> N create(Class<N> type, boolean half) {
    return create(type, half ? options().precision(Precision.BFLOAT16) : options());
  }

  private static <N extends ImageClassifier> N create(Class<N> type, EngineOptions engine) {
    return Networks.create(type, NetworkOptions.defaults().engine(engine));
  }

  private static EngineOptions options() {
    return EngineOptions.named("onednn").threads(Contender.THREADS);
  }
}
