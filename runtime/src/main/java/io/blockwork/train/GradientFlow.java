package io.blockwork.train;

import io.blockwork.LayerInfo;
import io.blockwork.Network;
import io.blockwork.io.AtomicFile;
import io.blockwork.io.SafeText;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import java.awt.image.BufferedImage;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How gradients flow through a network: the Euclidean norm of the gradient of each layer's weights,
 * in the training passes that were recorded. Where the norm falls from the last layer to the first,
 * gradients vanish, and where it rises, they explode (Glorot and Bengio 2010; He et al. 2015,
 * section 4.1).
 *
 * <p>Layers are those whose weights mix channels: convolutions and linear layers, in the order of
 * the {@code state_dict}. Norms, biases and other learned factors are left out, since their
 * gradients have scales of their own. The gradients are those of the loss alone, before clipping
 * and weight decay; frozen layers have zeros.
 *
 * <pre>{@code
 * GradientFlow flow = GradientFlow.of(net);
 * Trainer.of(net).epochs(3).listener(flow).fit(data); // or flow.record() after each net.train(...)
 * System.out.println(flow.table());
 * flow.writeCsv(Path.of("flow.csv"));
 * flow.writePng(Path.of("flow.png"));
 * }</pre>
 *
 * <p>As a {@link Trainer}'s listener it records every step; of accumulated batches, the last.
 */
public final class GradientFlow implements TrainingListener {
  private final String name;
  private final Network network;
  private final List<LayerInfo> layers;

  /** The norms of each recorded pass, by layer. */
  private final List<double[]> passes = new CopyOnWriteArrayList<>();

  private GradientFlow(String name, Network network) {
    this.name = name;
    this.network = network;
    this.layers =
        network.architecture().layers().stream()
            .filter(layer -> layer.parameters().stream().anyMatch(GradientFlow::mixesChannels))
            .toList();
  }

  /** Records the gradients of a network, under its own name. */
  public static GradientFlow of(Network network) {
    return of(network.architecture().name(), network);
  }

  /**
   * Records the gradients of a network.
   *
   * @param name what tables and pictures call it
   */
  public static GradientFlow of(String name, Network network) {
    Objects.requireNonNull(name, "name");
    return new GradientFlow(name, network);
  }

  /**
   * What was recorded of one layer.
   *
   * @param path torchvision's module name: {@code layer1.0.conv1}
   * @param type torch's class name: {@code Conv2d}
   * @param norms Euclidean norm of the gradient of its weights in each recorded pass, in order; NaN
   *     or infinite if the gradient is
   */
  public record Layer(String path, String type, List<Double> norms) {
    /** Copies the list. */
    public Layer {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(norms, "norms");
      norms = List.copyOf(norms);
    }

    /** The middle one of the norms, of two the greater; NaN if nothing was recorded. */
    public double median() {
      return norms.isEmpty() ? Double.NaN : norms.stream().sorted().toList().get(norms.size() / 2);
    }
  }

  /**
   * Records the gradients that the network's last training pass left.
   *
   * @throws IllegalStateException if no training pass has run, or the network is closed
   */
  public void record() {
    passes.add(network.parameters().read(this::norms));
  }

  private double[] norms() {
    if (network.parameters().passes() == 0) {
      throw new IllegalStateException(
          SafeText.format(
              "%s has no gradients yet: run a training pass first, or hand this to Trainer.listener",
              name));
    }
    Gradients gradients = network.gradients();
    return layers.stream()
        .mapToDouble(
            layer ->
                Math.sqrt(
                    layer.parameters().stream()
                        .filter(GradientFlow::mixesChannels)
                        .mapToDouble(weight -> squares(gradients.get(weight.name())))
                        .sum()))
        .toArray();
  }

  private static boolean mixesChannels(ParameterInfo parameter) {
    return parameter.kind() == Kind.CONV_WEIGHT || parameter.kind() == Kind.LINEAR_WEIGHT;
  }

  /** In double: squares of gradients that vanish or explode have no place in single precision. */
  private static double squares(INDArray gradient) {
    double[] sum = new double[1];
    boolean single = gradient.dataType() == DataType.FLOAT;
    NativeValues.of(gradient)
        .forEachPiece(
            piece ->
                sum[0] +=
                    single ? squares(piece.asFloatBuffer()) : squares(piece.asDoubleBuffer()));
    return sum[0];
  }

  private static double squares(FloatBuffer values) {
    double sum = 0;
    for (int i = 0; i < values.limit(); i++) {
      double value = values.get(i);
      sum += value * value;
    }
    return sum;
  }

  private static double squares(DoubleBuffer values) {
    double sum = 0;
    for (int i = 0; i < values.limit(); i++) {
      sum += values.get(i) * values.get(i);
    }
    return sum;
  }

  @Override
  public void onStep(Step step) {
    record();
  }

  /** What tables and pictures call the network. */
  public String name() {
    return name;
  }

  /** How many passes were recorded. */
  public int steps() {
    return passes.size();
  }

  /** What was recorded, layer by layer, the one that is nearest to the images first. */
  public List<Layer> layers() {
    List<double[]> recorded = List.copyOf(passes);
    return IntStream.range(0, layers.size())
        .mapToObj(
            i ->
                new Layer(
                    layers.get(i).path(),
                    layers.get(i).type(),
                    recorded.stream().map(norms -> norms[i]).toList()))
        .toList();
  }

  /** A table for people: of each layer the first, least, median, greatest and last norm. */
  public String table() {
    List<Layer> rows = layers();
    int width = Math.max(5, rows.stream().mapToInt(row -> row.path().length()).max().orElse(0));
    StringBuilder text =
        new StringBuilder(
            SafeText.format(
                "%s: norm of the gradient of each layer's weights, %d steps%n", name, steps()));
    String line = "%-" + width + "s  %-8s  %10s  %10s  %10s  %10s  %10s%n";
    text.append(
        String.format(
            Locale.ROOT, line, "layer", "type", "first", "least", "median", "greatest", "last"));
    for (Layer row : rows) {
      List<Double> sorted = row.norms().stream().sorted().toList();
      text.append(
          String.format(
              Locale.ROOT,
              line,
              row.path(),
              row.type(),
              number(row.norms(), 0),
              number(sorted, 0),
              number(sorted, sorted.size() / 2),
              number(sorted, sorted.size() - 1),
              number(row.norms(), sorted.size() - 1)));
    }
    return text.toString();
  }

  private static String number(List<Double> norms, int index) {
    return norms.isEmpty() ? "-" : String.format(Locale.ROOT, "%.3e", norms.get(index));
  }

  /**
   * Writes all norms as comma-separated values: a header {@code step,layer,type,norm}, then a line
   * for each step, counted from 1, and layer. Numbers are written so that they are read back
   * exactly.
   *
   * @throws io.blockwork.io.FileException if the file cannot be written
   */
  public void writeCsv(Path path) {
    Objects.requireNonNull(path, "path");
    StringBuilder text = new StringBuilder("step,layer,type,norm\n");
    List<double[]> recorded = List.copyOf(passes);
    for (int step = 0; step < recorded.size(); step++) {
      for (int i = 0; i < layers.size(); i++) {
        text.append(step + 1).append(',');
        text.append(layers.get(i).path()).append(',').append(layers.get(i).type()).append(',');
        text.append(recorded.get(step)[i]).append('\n');
      }
    }
    AtomicFile.write(path, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Draws the first, the median and the last norm of each layer on a logarithmic scale, the layer
   * nearest to the images on the left.
   *
   * @throws IllegalStateException if nothing was recorded that is above zero and finite, or this
   *     Java has no fonts to draw with
   * @throws io.blockwork.io.FileException if the file cannot be written
   */
  public void writePng(Path path) {
    Objects.requireNonNull(path, "path");
    GradientFlowChart chart = GradientFlowChart.of(this);
    AtomicFile.write(path, Charts.drawn(chart::image));
  }

  /**
   * Draws several networks into one picture: the median norm of each layer on a logarithmic scale,
   * the layer nearest to the images on the left.
   *
   * @throws IllegalArgumentException if there are none, or two have one name
   * @throws IllegalStateException if nothing was recorded of one of them that is above zero and
   *     finite, or this Java has no fonts to draw with
   */
  public static BufferedImage draw(List<GradientFlow> flows) {
    GradientFlowChart chart = GradientFlowChart.of(flows);
    return Charts.safely(chart::image);
  }

  @Override
  public String toString() {
    return table();
  }
}
