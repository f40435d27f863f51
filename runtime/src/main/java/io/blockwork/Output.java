package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Asks for the value of a module inside the network, instead of the network's result: the features
 * that detection, segmentation or retrieval build on.
 *
 * <pre>{@code
 * @ResNet(blocks = {3, 4, 6, 3}, bottleneck = true)
 * public interface ResNet50 extends ImageClassifier {
 *   @Output("layer3")
 *   INDArray c4(INDArray images);        // [N, 1024, 14, 14]; layer4 and fc do not run
 *
 *   Pyramid pyramid(INDArray images);    // all three in one pass
 *
 *   record Pyramid(
 *       @Output("layer2") INDArray c3, @Output("layer3") INDArray c4, @Output("layer4") INDArray c5) {}
 * }
 * }</pre>
 *
 * <p>The method is abstract and takes the images, as {@link Network#forward} does. It returns an
 * {@code INDArray}, or a record all of whose components are {@code INDArray}s with this annotation;
 * then the method itself has none. {@code float[] embed(float[] images)} with this annotation takes
 * and returns plain numbers, as {@link Network#forward(float[])} does. It runs inference only as
 * far as it must, returns new arrays, and may be called from many threads at once.
 *
 * <p>Names and values are those of torchvision's {@code create_feature_extractor}: {@code conv1} is
 * the convolution before its batch norm, {@code layer3} and {@code layer3.5} the output of that
 * stage or block after its last ReLU, {@code features.denseblock2} all features of that dense
 * block, {@code features.denseblock2.denselayer1} the new features of that layer. What runs several
 * times in a block is numbered from its second run on: {@code layer3.0.relu}, {@code
 * layer3.0.relu_1}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
// FIELD: compilers know the place in the source of a record's fields, not of its components.
@Target({ElementType.METHOD, ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Output {
  /** The module whose output is wanted, by name. */
  String value() default "";

  /**
   * The node of a {@link Model} whose output is wanted, instead of a name: {@code @Output(node =
   * Birds.Mixed_5b.class)}. A node that repeats stands for its last repetition.
   */
  Class<?> node() default void.class;
}
