package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The network of an executor. As the value of a broadcast there is one object of this class in each
 * JVM, and so one network for all tasks there: its weights are in memory once, and each task runs a
 * plan of its own. Spark drops the object with the broadcast, and the network's memory follows.
 *
 * <p>(An executor whose storage memory is full may drop the object earlier, and make another one
 * for the next task.)
 */
final class SharedNetwork implements Serializable {
  private static final long serialVersionUID = 1;

  private final NetworkRecipe recipe;

  private final WeightValues weights;

  /** Made by the first task that asks. Guarded by this. */
  private transient @Nullable ImageClassifier network;

  SharedNetwork(NetworkRecipe recipe, WeightValues weights) {
    this.recipe = recipe;
    this.weights = weights;
  }

  /**
   * The network; the first call makes it.
   *
   * @param threads of one run: all tasks of a job have as many
   * @throws ExecutorException if this machine cannot run it
   */
  synchronized ImageClassifier get(int threads) {
    ImageClassifier made = network;
    if (made == null) {
      made = recipe.create(threads);
      weights.into(made.parameters());
      network = made;
    }
    return made;
  }
}
