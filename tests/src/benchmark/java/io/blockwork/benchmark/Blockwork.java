package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.EngineOptions;
import io.blockwork.engine.Precision;
import io.blockwork.loss.Loss;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Our own networks on oneDNN. */
final class Blockwork {
  private Blockwork() {}

  static Contender inference(Subject subject, int batch, boolean half) {
    ImageClassifier net = create(subject.type(), half);
    INDArray images = Nd4j.rand(DataType.FLOAT, subject.images(batch));
    return () -> net.forward(images).close();
  }

  /** The same on plain values, for which ND4J is not started. */
  static Contender plainInference(Subject subject, int batch) {
    ImageClassifier net = create(subject.type(), false);
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

  private static ImageClassifier create(Class<? extends ImageClassifier> type, boolean half) {
    EngineOptions engine = EngineOptions.named("onednn").threads(Contender.THREADS);
    return Networks.create(
        type,
        NetworkOptions.defaults().engine(half ? engine.precision(Precision.BFLOAT16) : engine));
  }
}
