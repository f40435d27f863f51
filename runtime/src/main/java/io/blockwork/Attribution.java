package io.blockwork;

import io.blockwork.engine.LayerGradient;
import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Which parts of an image a classifier's answer comes from.
 *
 * <pre>{@code
 * float[][] map = Attribution.gradCam(net, image, "layer4", 281).get(0);
 * HeatMap.over(picture, map); // to look at
 * }</pre>
 *
 * <p>Both methods differentiate the network as it is in inference, on the engine {@code nd4j},
 * which can be looked into, and change nothing in it.
 */
public final class Attribution {
  private Attribution() {}

  /**
   * The layer that Grad-CAM is usually shown for: all that comes before the head, as the first part
   * of a path ({@code layer4}, {@code features}).
   *
   * @throws IllegalArgumentException if no layer of the network has a map
   */
  public static String lastMap(Network network) {
    List<LayerInfo> layers = network.architecture().layers();
    for (int i = layers.size() - 1; i >= 0; i--) {
      List<Integer> shape = layers.get(i).output();
      if (shape.size() == 3 && shape.get(1) * shape.get(2) > 1) {
        return layers.get(i).path().split("\\.", 2)[0];
      }
    }
    throw new IllegalArgumentException(
        network.architecture().name() + " has no layer whose output is a map");
  }

  /**
   * Grad-CAM (Selvaraju and others, 2016): the channels of a layer, each weighted by the mean
   * gradient of the class's output with respect to it, summed, and what is negative cut off.
   *
   * @param network a classifier
   * @param images {@code [N, C, H, W]}
   * @param layer path of a layer; below a path such as {@code layer4}, the last layer
   * @param classes whose output to explain, one for each image, or one for all
   * @return {@code N} maps of the layer's size, {@code [height][width]}, as they come out of the
   *     formula: 0 and more, not scaled
   * @throws IllegalArgumentException if there is no such layer or class
   */
  public static List<float[][]> gradCam(
      Network network, INDArray images, String layer, int... classes) {
    Objects.requireNonNull(layer, "layer");
    LayerGradient probed = probe(network, images, layer, classes);
    INDArray weights = probed.gradient().mean(true, 2, 3);
    INDArray maps = probed.output().mul(weights).sum(1);
    return rows(Transforms.relu(maps, false));
  }

  /**
   * Saliency (Simonyan, Vedaldi and Zisserman, 2013): how strongly the class's output depends on
   * each pixel, the largest absolute gradient of its channels.
   *
   * @param network a classifier
   * @param images {@code [N, C, H, W]}
   * @param classes whose output to explain, one for each image, or one for all
   * @return {@code N} maps of the images' size, {@code [height][width]}
   * @throws IllegalArgumentException if there is no such class
   */
  public static List<float[][]> saliency(Network network, INDArray images, int... classes) {
    INDArray slopes = probe(network, images, lastMap(network), classes).inputGradient();
    return rows(Transforms.abs(slopes, false).max(1));
  }

  private static LayerGradient probe(
      Network network, INDArray images, String layer, int... classes) {
    List<Integer> output = network.architecture().output();
    int n = Math.toIntExact(images.size(0));
    if (output.size() != 1 || classes.length != 1 && classes.length != n) {
      throw new IllegalArgumentException(
          SafeText.format(
              "attribution: expected a classifier and one class for all images or for each of the"
                  + " %d, got an output of %s and %d classes",
              n, output, classes.length));
    }
    INDArray score = Nd4j.zeros(network.parameters().dataType(), n, output.get(0));
    for (int i = 0; i < n; i++) {
      int label = classes[classes.length == 1 ? 0 : i];
      if (label < 0 || label >= output.get(0)) {
        throw new IllegalArgumentException(
            SafeText.format(
                "attribution: expected a class from 0 to %d, got %d", output.get(0) - 1, label));
      }
      score.putScalar(i, label, 1);
    }
    return network.layerGradient(images, score, layer);
  }

  private static List<float[][]> rows(INDArray maps) {
    INDArray values = maps.castTo(DataType.FLOAT);
    return LongStream.range(0, values.size(0))
        .mapToObj(
            i -> values.slice(i).dup('c').reshape(values.size(1), values.size(2)).toFloatMatrix())
        .toList();
  }
}
