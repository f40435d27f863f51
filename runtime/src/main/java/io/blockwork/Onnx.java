package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates a network from an ONNX file. It stands beside {@link Model}, on an interface that holds
 * no nodes; the interface extends {@link ImageClassifier} where the file's first output is one
 * score a class, {@code [N, classes]}, else {@link Network}.
 *
 * <pre>{@code
 * @Model
 * @Onnx("resnet50.onnx")
 * public interface ResNet50 extends ImageClassifier {}
 * }</pre>
 *
 * <p>The file is read when the interface is compiled, from {@code src/main/onnx} or the folder that
 * the processor's option {@code -Ablockwork.onnx=FOLDER} names, and its weights are copied to a
 * file beside the class: {@link Networks#create} gives the trained network. Weights in files beside
 * the model are found there. The generated class has the SHA-256 of what it was made from in {@code
 * MODEL_SHA256}, a map by file name, so that a test can tell whether a file has changed since.
 *
 * <p>What a file leaves open, the height and width of its images, {@link Model#input} says. A
 * number of images that it fixes becomes free, unless what it computes depends on that number: then
 * the network takes no other one, which a warning of the compiler says, and {@link
 * Architecture#batch}.
 *
 * <p>The network can be trained further. An exporter that has folded batch norms into convolutions
 * has left none to train: such a network is fine-tuned without norms, as with frozen ones. Export
 * with the norms kept ({@code training=torch.onnx.TrainingMode.PRESERVE} and no constant folding)
 * to train them, too.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Onnx {
  /** The file, by its path within the folder of models. */
  String value();

  /** Whether its weights are copied; else the network starts with random ones. */
  boolean weights() default true;
}
