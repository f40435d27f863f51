package io.blockwork.quantization;

import ai.onnxruntime.OrtException;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Shortcut;
import io.blockwork.Stem;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Epoch;
import io.blockwork.data.ImageFolder;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.engine.EngineOptions;
import io.blockwork.onnx.exporter.OnnxExport;
import io.blockwork.onnx.exporter.OrtModel;
import io.blockwork.train.Evaluation;
import io.blockwork.weights.Weights;
import java.nio.file.Path;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Quantises published weights, in a process of its own, so that oneDNN can be held to fewer
 * instructions. Arguments: the folder with {@code train} and {@code test}, the weights, a file for
 * the export. It prints how many images are right in floats, in bytes, and in ONNX Runtime's bytes.
 */
final class QuantizedCifar {
  private QuantizedCifar() {}

  /** The CIFAR ResNet-20 of He et al. 2015, section 4.2. */
  @ResNet(
      blocks = {3, 3, 3},
      width = 16,
      stem = Stem.CIFAR,
      shortcut = Shortcut.PAD,
      input = @Input(height = 32, width = 32),
      classes = 10)
  interface ResNet20 extends ImageClassifier {}

  public static void main(String[] args) throws OrtException {
    Path folder = Path.of(args[0]);
    EngineOptions onednn = EngineOptions.named("onednn");
    try (ResNet20 net = Networks.create(ResNet20.class, NetworkOptions.defaults().engine(onednn));
        Weights weights = Weights.open(Path.of(args[1]));
        DataLoader training = loader(folder.resolve("train"), true);
        DataLoader test = loader(folder.resolve("test"), false)) {
      net.parameters().load(weights);
      var ranges = Calibrator.of(net).run(training);
      System.out.println("floats " + right(net, test));
      try (ResNet20 small = Quantizer.of(ResNet20.class, net).engine(onednn).quantized(ranges)) {
        System.out.println("bytes " + right(small, test));
      }
      Path file = Path.of(args[2]);
      OnnxExport.of(net).quantization(ranges).to(file);
      System.out.println("onnx runtime " + right(file, test));
    }
  }

  private static DataLoader loader(Path folder, boolean shuffle) {
    return DataLoader.of(ImageFolder.open(folder).with(Pipeline.of(Normalize.imageNet())))
        .batchSize(100)
        .shuffle(shuffle)
        .build();
  }

  private static long right(Path file, DataLoader images) throws OrtException {
    long right = 0;
    try (OrtModel model = OrtModel.load(file);
        Epoch epoch = images.epoch(1)) {
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        INDArray pixels = batch.images().dup('c');
        float[] values = pixels.reshape(pixels.length()).toFloatVector();
        float[] scores = model.all(values, pixels.shape()).values().iterator().next();
        INDArray best = Nd4j.createFromArray(scores).reshape(batch.size(), -1).argMax(1);
        int[] labels = batch.labels();
        for (int i = 0; i < batch.size(); i++) {
          right += best.getInt(i) == labels[i] ? 1 : 0;
        }
      }
    }
    return right;
  }

  private static long right(ImageClassifier net, DataLoader images) {
    var metrics = Evaluation.of(net, images).metrics();
    return Math.round(metrics.top1() * metrics.images());
  }
}
