package io.blockwork.train;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.ModelCard;
import io.blockwork.Networks;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import io.blockwork.data.ArrayDataset;
import io.blockwork.data.Batch;
import io.blockwork.data.DataLoader;
import io.blockwork.data.Dataset;
import io.blockwork.data.ImageTable;
import io.blockwork.data.Mixup;
import io.blockwork.data.Normalize;
import io.blockwork.data.Pipeline;
import io.blockwork.data.Task;
import io.blockwork.image.ByteImage;
import io.blockwork.image.Interpolation;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.loss.Loss;
import io.blockwork.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Several classes in a picture, and numbers of a picture: from a table to predictions. */
final class TasksTest {
  private static final int PICTURES = 48;

  @TempDir Path folder;

  /** Two outputs, for pictures of 8 x 8. */
  @ResNet(
      blocks = {1, 1},
      width = 8,
      stem = Stem.CIFAR,
      input = @Input(height = 8, width = 8),
      classes = 2)
  interface Pair extends ImageClassifier {}

  /** Red at the top and green at the bottom are there or not, by halves; red is how red it is. */
  @BeforeEach
  void paint() throws IOException {
    StringBuilder table = new StringBuilder("image,tags,red,green,redness,area\n");
    for (int i = 0; i < PICTURES; i++) {
      boolean red = i % 2 == 0;
      boolean green = i / 2 % 2 == 0;
      int shade = 40 + i * 37 % 200;
      BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          boolean painted = y < 4 ? red : green;
          image.setRGB(x, y, painted ? (y < 4 ? 0xc00000 : 0xc000) | shade : shade);
        }
      }
      ImageIO.write(image, "png", folder.resolve("p" + i + ".png").toFile());
      String tags = (red ? "red" : "") + (red && green ? " " : "") + (green ? "green" : "");
      table.append("p" + i + ".png," + tags + ",");
      table.append((red ? 1 : 0) + "," + (green ? "true" : "false") + ",");
      table.append(shade / 240.0 + "," + ((red ? 0.5 : 0) + (green ? 0.5 : 0)) + "\n");
    }
    Files.writeString(folder.resolve("table.csv"), table);
  }

  private static Dataset normalised(ImageTable table) {
    return table.cached(1 << 20).with(Pipeline.of(Normalize.imageNet()));
  }

  private ImageTable flags() {
    return ImageTable.flags(folder.resolve("table.csv"), "image", "red", "green");
  }

  private ImageTable numbers() {
    return ImageTable.numbers(folder.resolve("table.csv"), "image", "redness", "area");
  }

  private static Pair network() {
    return Networks.create(Pair.class, TinyNetworks.options());
  }

  private static TrainingHistory train(
      Pair net, ImageTable data, UnaryOperator<Trainer> settings, int epochs) {
    try (DataLoader train =
            DataLoader.of(normalised(data)).batchSize(8).shuffle(true).seed(1).build();
        DataLoader validation = DataLoader.of(normalised(data)).batchSize(9).build()) {
      Trainer trainer = Trainer.of(net).updater(new Adam(0.01)).epochs(epochs).progress(false);
      return settings.apply(trainer).fit(train, validation);
    }
  }

  @Test
  void severalClassesAreLearntFromATable() throws IOException {
    Path run = folder.resolve("run");
    try (Pair net = network()) {
      TrainingHistory history = train(net, flags(), t -> t.checkpoints(run).log(run), 16);
      Metrics last = history.last().orElseThrow().validation().orElseThrow();
      assertThat(last.top1()).isNaN();
      assertThat(last.value("mAP").orElseThrow()).isGreaterThan(0.99);
      assertThat(last.value("macro F1").orElseThrow()).isGreaterThan(0.9);
      assertThat(last.toString()).contains(", mAP ");
      assertThat(last.toString()).doesNotContain("top-1");
      assertThat(history.toString()).contains("macro F1");
      assertThat(history.last().orElseThrow().training().toString()).doesNotContain("top-1");
      assertThat(Files.readAllLines(run.resolve("log.csv")).get(0))
          .endsWith(",validation_metric_mAP,validation_metric_macro F1,validation_metric_micro F1");
      assertThat(ImageIO.read(run.resolve("curves.png").toFile())).isNotNull();
      try (Weights best = Weights.open(run.resolve("best.safetensors"))) {
        assertThat(ModelCard.of(best).task()).isEqualTo(Task.MULTI_LABEL);
        assertThat(ModelCard.of(best).classNames()).containsExactly("red", "green").inOrder();
      }
      try (DataLoader data = DataLoader.of(normalised(flags())).batchSize(9).build()) {
        Predictions predictions = Predictions.of(net, data);
        assertThat(predictions.rows().get(0).answers()).containsExactly(0, 1);
        assertThat(predictions.rows().get(3).answers()).isEmpty();
        predictions.writeCsv(folder.resolve("p.csv"));
        List<String> lines = Files.readAllLines(folder.resolve("p.csv"));
        assertThat(lines.get(0)).isEqualTo("source,labels,answers,red,green");
        assertThat(lines.get(1)).contains("p0.png,red|green,red|green,0.");
        assertThat(lines.get(4)).contains("p3.png,,,");
        Evaluation evaluation = Evaluation.of(net, data);
        assertThat(evaluation.confusion().total()).isEqualTo(0);
        assertThat(evaluation.text()).doesNotContain("predicted");
      }
      List<Prediction> named =
          net.classify(
              flags().image(0),
              new Preprocessing(
                  0,
                  0,
                  Interpolation.BILINEAR,
                  Preprocessing.imageNet(8, 8).mean(),
                  Preprocessing.imageNet(8, 8).std()),
              List.of("red", "green"));
      assertThat(named.stream().allMatch(p -> p.probability() > 0.5)).isTrue();
    }
  }

  @Test
  void numbersAreLearntFromATable() throws IOException {
    for (UnaryOperator<Trainer> loss :
        List.<UnaryOperator<Trainer>>of(
            t -> t, t -> t.loss(batch -> Loss.huber(batch.targets(), 0.5)))) {
      Path run = Files.createTempDirectory(folder, "run");
      try (Pair net = network()) {
        TrainingHistory history = train(net, numbers(), t -> loss.apply(t).checkpoints(run), 20);
        double best = history.leastLoss().orElseThrow().validation().orElseThrow().loss();
        Metrics first = history.epochs().get(0).validation().orElseThrow();
        assertThat(best).isLessThan(first.loss() / 2);
        try (Weights weights = Weights.open(run.resolve("best.safetensors"))) {
          net.parameters().load(weights);
        }
        try (DataLoader data = DataLoader.of(normalised(numbers())).batchSize(9).build()) {
          Metrics metrics = Evaluation.of(net, data).metrics();
          assertThat(metrics.value("R2").orElseThrow()).isGreaterThan(0.5);
          Predictions predictions = Predictions.of(net, data);
          double error = 0;
          for (Predictions.Row row : predictions.rows()) {
            for (int k = 0; k < 2; k++) {
              error += Math.abs(row.probabilities().get(k) - row.targets().get(k));
            }
          }
          assertThat(metrics.value("MAE").orElseThrow()).isWithin(1e-6).of(error / (2 * PICTURES));
          predictions.writeCsv(folder.resolve("n.csv"));
          assertThat(Files.readAllLines(folder.resolve("n.csv")).get(0))
              .isEqualTo("source,target redness,target area,redness,area");
        }
        ByteImage image = numbers().image(0);
        assertThrows(
            IllegalStateException.class,
            () -> net.classify(image, Preprocessing.imageNet(8, 8), List.of("a", "b")));
      }
    }
  }

  /** In the history, the log, a picture; the best weights, stopping and plateaus go by it. */
  @Test
  void aMetricOfOnesOwnIsOneAmongOthers() throws IOException {
    Metric surest =
        new Metric(
            "surest logit",
            true,
            outputs -> {
              double most = 0;
              for (int i = 0; i < outputs.images(); i++) {
                most = Math.max(most, outputs.output(i, 0));
              }
              return most;
            });
    EarlyStopping.Measure measure = EarlyStopping.Measure.of(surest);
    UnaryOperator<Trainer> settings =
        t ->
            t.metrics(surest)
                .keepBest(2, Score.of(surest))
                .schedule(new Plateau(0.5, 0, measure))
                .stopEarly(new EarlyStopping(50, measure));
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    try (Pair net = network();
        Pair other = network()) {
      TrainingHistory history =
          train(net, flags(), t -> settings.apply(t).checkpoints(whole).log(whole), 4);
      double best =
          history
              .best(measure)
              .orElseThrow()
              .validation()
              .orElseThrow()
              .value(surest.name())
              .orElseThrow();
      assertThat(
              history.epochs().stream()
                  .mapToDouble(
                      e -> e.validation().orElseThrow().value("surest logit").orElseThrow())
                  .max()
                  .orElseThrow())
          .isEqualTo(best);
      assertThat(Files.exists(whole.resolve("best.safetensors"))).isTrue();
      assertThat(Files.readString(whole.resolve("log.csv"))).contains("surest logit");
      assertThrows(
          CancellationException.class,
          () ->
              train(
                  other,
                  flags(),
                  t ->
                      settings
                          .apply(t)
                          .checkpoints(parts)
                          .listener(
                              new TrainingListener() {
                                @Override
                                public void onStep(Step step) {
                                  if (step.step() == 15) {
                                    throw new CancellationException("stop");
                                  }
                                }
                              }),
                  4));
      TrainingHistory resumed = train(other, flags(), t -> settings.apply(t).checkpoints(parts), 4);
      assertThat(resumed.epochs().stream().map(e -> e.validation().orElseThrow()).toList())
          .isEqualTo(history.epochs().stream().map(e -> e.validation().orElseThrow()).toList());
      assertThat(other.parameters().flat()).isEqualTo(net.parameters().flat());
    }
  }

  @Test
  void whatDoesNotFitTheTaskIsRefusedBeforeTheFirstStep() {
    try (Pair net = network()) {
      for (UnaryOperator<Trainer> wrong :
          List.<UnaryOperator<Trainer>>of(
              t -> t.stopEarly(2),
              t -> t.labelSmoothing(0.1),
              t -> t.schedule(new Plateau(0.5, 1, EarlyStopping.Measure.of(Metric.R2))))) {
        assertThrows(IllegalArgumentException.class, () -> train(net, flags(), wrong, 1));
      }
      assertThrows(
          IllegalArgumentException.class,
          () ->
              train(net, flags(), t -> t.keepBest(1, Score.of(Metric.R2)).checkpoints(folder), 1));
      assertThrows(IllegalArgumentException.class, () -> new Metric("a,b", true, outputs -> 0));
    }
  }

  /** Targets keep to their items when some are left out, mixed, taken in part or renumbered. */
  @Test
  void targetsGoWithTheirItems() {
    Dataset data = normalised(flags()).subset(0, 1, 2, 3).withClasses(List.of("x", "green", "red"));
    assertThat(data.target(0)).isEqualTo(new float[] {0, 1, 1});
    assertThat(data.target(1)).isEqualTo(new float[] {0, 1, 0});
    try (DataLoader plain = DataLoader.of(data).batchSize(4).build();
        DataLoader mixed = DataLoader.of(data).batchSize(4).mix(new Mixup(1, 1)).build()) {
      Batch batch = plain.epoch(1).next();
      assertThat(batch.targets().toFloatMatrix()[2]).isEqualTo(new float[] {0, 0, 1});
      assertThat(batch.task()).isEqualTo(Task.MULTI_LABEL);
      Batch both = mixed.epoch(1).next();
      assertThat(both.values().orElseThrow()).isEqualTo(batch.values().orElseThrow());
      float[][] rows = both.targets().toFloatMatrix();
      assertThat(rows[3][1]).isEqualTo(0);
      // Item 3 has no class, item 2 before it only red.
      assertThat(rows[3][2]).isGreaterThan(0);
      assertThat(rows[3][2]).isLessThan(1);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> numbers().withClasses(List.of("redness", "area", "more")));
    ArrayDataset arrays =
        ArrayDataset.of(
            Nd4j.create(DataType.FLOAT, 2, 1, 3, 3),
            Task.REGRESSION,
            List.of("n"),
            Nd4j.createFromArray(new float[][] {{3}, {-4}}));
    assertThat(arrays.target(1)).isEqualTo(new float[] {-4});
  }

  @Test
  void metricsAreThoseOfScikitLearn() throws IOException {
    JsonNode recorded;
    try (InputStream in = TasksTest.class.getResourceAsStream("/training/metrics.json")) {
      recorded = new ObjectMapper().readTree(in);
    }
    double[] logits = values(recorded.get("logits"));
    double[] tied = Arrays.stream(logits).map(Math::rint).toArray();
    checkSeveral(recorded.get("several"), logits, values(recorded.get("labels")));
    checkSeveral(recorded.get("severalTied"), tied, values(recorded.get("labels")));
    Outputs numbers =
        outputs(
            Task.REGRESSION, 3, values(recorded.get("numbers")), values(recorded.get("wanted")));
    for (Metric metric : Metric.usual(Task.REGRESSION)) {
      assertThat(metric.of().applyAsDouble(numbers))
          .isWithin(1e-6)
          .of(recorded.get("regression").get(metric.name()).asDouble());
    }
  }

  private static void checkSeveral(JsonNode expected, double[] logits, double[] labels) {
    Outputs outputs = outputs(Task.MULTI_LABEL, 5, logits, labels);
    for (Metric metric : Metric.usual(Task.MULTI_LABEL)) {
      assertThat(metric.of().applyAsDouble(outputs))
          .isWithin(1e-10)
          .of(expected.get(metric.name()).asDouble());
    }
    for (int c = 0; c < 4; c++) {
      assertThat(MultiLabelFigures.averagePrecision(outputs, c))
          .isWithin(1e-10)
          .of(expected.get("averagePrecision").get(c).asDouble());
    }
    assertThat(MultiLabelFigures.averagePrecision(outputs, 4)).isNaN();
  }

  private static Outputs outputs(Task task, int width, double[] given, double[] wanted) {
    List<String> names = IntStream.range(0, width).mapToObj(Integer::toString).toList();
    Outputs outputs = new Outputs(task, names);
    for (int i = 0; i < given.length; i += width) {
      float[] target = new float[width];
      for (int k = 0; k < width; k++) {
        target[k] = (float) wanted[i + k];
      }
      outputs.add(Arrays.copyOfRange(given, i, i + width), target);
    }
    return outputs;
  }

  private static double[] values(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }
}
