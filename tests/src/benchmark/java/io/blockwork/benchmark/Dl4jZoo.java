package io.blockwork.benchmark;

import com.sun.jna.Library;
import com.sun.jna.Native;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.zoo.model.ResNet50;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The ResNet-50 of DL4J's zoo, on the same build of ND4J with oneDNN. It is Keras's: the stride in
 * the first 1x1 convolution of a bottleneck, which is a little less work, and convolutions with a
 * bias. The zoo has none of the other networks.
 *
 * <p>Its threads are told not to spin while they wait. OpenBLAS and ND4J each have their own, and
 * with the OpenBLAS that is under ND4J here they hold each other up otherwise: a pass takes seven
 * times as long.
 */
final class Dl4jZoo {
  private Dl4jZoo() {}

  /** The C library, to set an environment variable for what is loaded later. */
  private interface Environment extends Library {
    int setenv(String name, String value, int overwrite);
  }

  static Contender inference(int batch) {
    Native.load("c", Environment.class).setenv("OMP_WAIT_POLICY", "passive", 1);
    ComputationGraph net =
        ResNet50.builder().numClasses(Subject.RESNET50.classes()).seed(1).build().init();
    INDArray images = Nd4j.rand(DataType.FLOAT, Subject.RESNET50.images(batch));
    return () -> net.output(false, images);
  }
}
