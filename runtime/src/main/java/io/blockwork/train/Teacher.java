package io.blockwork.train;

import io.blockwork.Network;
import io.blockwork.data.Batch;
import io.blockwork.io.SafeText;
import io.blockwork.loss.Loss;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network that another one learns from.
 *
 * @param network the teacher
 * @param temperature that softens both outputs
 * @param weight of the teacher beside the labels
 */
record Teacher(Network network, double temperature, double weight) {
  /**
   * Checks that the teacher fits.
   *
   * @throws IllegalArgumentException if it does not
   */
  static Teacher of(Network teacher, Network student, double temperature, double weight) {
    if (teacher == student) {
      throw new IllegalArgumentException(
          "distillation: a network cannot learn from itself; create another for the teacher");
    }
    if (Collections.disjoint(teacher.inputs(), student.inputs())
        || !teacher.architecture().output().equals(student.architecture().output())) {
      throw new IllegalArgumentException(
          SafeText.format(
              "distillation: the teacher %s takes %s and gives %s, but the student %s takes %s and"
                  + " gives %s",
              teacher.architecture().name(),
              shapes(teacher),
              teacher.architecture().output(),
              student.architecture().name(),
              shapes(student),
              student.architecture().output()));
    }
    // The loss checks the numbers.
    INDArray none = org.nd4j.linalg.factory.Nd4j.create(1, 1);
    Loss.distillation(none, temperature, weight, Loss.softmaxCrossEntropy(0));
    return new Teacher(teacher, temperature, weight);
  }

  private static String shapes(Network network) {
    return network.inputs().stream().map(List::toString).collect(Collectors.joining(" or "));
  }

  /** The loss of the labels and that of the teacher. */
  Loss beside(Loss labels, Batch batch) {
    INDArray images = batch.images().castTo(network.parameters().dataType());
    return Loss.distillation(network.forward(images), temperature, weight, labels);
  }

  @Override
  public String toString() {
    return SafeText.format(
        "distilled from %s (temperature %s, weight %s)",
        network.architecture().name(), temperature, weight);
  }
}
