package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.Epoch;
import io.blockwork.examples.composed.PlainNet20;
import io.blockwork.examples.composed.PlainNet56;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.examples.networks.ResNet56;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Loss;
import io.blockwork.train.GradientFlow;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows how gradients flow through plain and through residual networks. */
@Command(
    name = "gradient-flow",
    description =
        "Trains plain and residual networks of 20 and 56 layers on CIFAR-10 for a few hundred steps, and draws the norm "
            + "of each layer's gradient and the training losses into one picture.",
    mixinStandardHelpOptions = true)
final class GradientFlowCommand implements Callable<Integer> {
  private static final Map<String, Class<? extends ImageClassifier>> NETWORKS = networks();

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description =
          "Folder with train/CLASS/*.jpg and test/CLASS/*.jpg of 32x32 pixels (default: CIFAR-10, fetched once)")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "The picture and the figures go here (default: target/gradient-flow)")
  private Path out = Path.of("target", "gradient-flow");

  @Option(names = "--steps", defaultValue = "300", description = "Of each network (default: 300)")
  private int steps;

  @Option(names = "--batch", defaultValue = "64", description = "Images in a batch (default: 64)")
  private int batch;

  @Option(names = "--lr", defaultValue = "0.1", description = "Learning rate (default: 0.1)")
  private double learningRate;

  @Option(names = "--seed", defaultValue = "1", description = "Of all chance (default: 1)")
  private long seed;

  @Spec private CommandSpec spec = CommandSpec.create();

  private static Map<String, Class<? extends ImageClassifier>> networks() {
    Map<String, Class<? extends ImageClassifier>> networks = new LinkedHashMap<>();
    networks.put("plain-20", PlainNet20.class);
    networks.put("plain-56", PlainNet56.class);
    networks.put("resnet-20", ResNet20.class);
    networks.put("resnet-56", ResNet56.class);
    return networks;
  }

  @Override
  public Integer call() {
    if (steps < 1) {
      throw new IllegalArgumentException("expected --steps of 1 or more, got " + steps);
    }
    Dataset images = CifarImages.open(data).augmented();
    List<FlowPicture.Run> runs = new ArrayList<>();
    NETWORKS.forEach((name, type) -> runs.add(train(name, type, images)));
    Path picture = out.resolve("gradient-flow.png");
    FlowPicture.write(runs, picture);
    say("%s: the picture; beside it the norms of each network as CSV", picture);
    return 0;
  }

  private FlowPicture.Run train(
      String name, Class<? extends ImageClassifier> type, Dataset images) {
    List<Double> losses = new ArrayList<>();
    try (ImageClassifier net = Networks.create(type, NetworkOptions.defaults().seed(seed));
        DataLoader loader =
            DataLoader.of(images).batchSize(batch).shuffle(true).seed(seed).build()) {
      GradientFlow flow = GradientFlow.of(name, net);
      Optimizer sgd = Optimizer.of(net, new Momentum(learningRate, 0.9)).weightDecay(1e-4);
      for (int epoch = 1; losses.size() < steps; epoch++) {
        try (Epoch batches = loader.epoch(epoch)) {
          while (batches.hasNext() && losses.size() < steps) {
            Batch next = batches.next();
            losses.add(net.train(next.images(), Loss.softmaxCrossEntropy(next.labels())).loss());
            flow.record();
            sgd.step();
          }
        }
      }
      flow.writeCsv(out.resolve(name + ".csv"));
      flow.writePng(out.resolve(name + ".png"));
      FlowPicture.Run run = new FlowPicture.Run(flow, losses);
      List<GradientFlow.Layer> layers = flow.layers();
      say(
          "%-9s  loss %.3f at first, %.3f at last; gradient's norm %.2e in %s, %.2e in %s",
          name,
          losses.get(0),
          run.smoothed().get(steps - 1),
          layers.get(0).median(),
          layers.get(0).path(),
          layers.get(layers.size() - 2).median(),
          layers.get(layers.size() - 2).path());
      return run;
    }
  }

  private void say(String format, Object... values) {
    spec.commandLine().getOut().println(SafeText.format(format, values));
    spec.commandLine().getOut().flush();
  }
}
