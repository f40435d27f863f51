package io.blockwork.spark;

import io.blockwork.io.SafeText;
import java.util.function.Supplier;

/**
 * Runs jobs so that what an executor lacks, or what is wrong with the data, is said in one message.
 */
final class SparkJobs {
  private SparkJobs() {}

  /**
   * Runs an action.
   *
   * @throws ExecutorException if an executor cannot run the network, or has no class for it
   * @throws IllegalArgumentException if keys are not unique
   */
  static <T> T run(Supplier<T> action) {
    try {
      return action.get();
    } catch (RuntimeException | Error e) {
      throw clear(e);
    } catch (Exception e) {
      // Scala throws what Java has to declare.
      throw clear(e);
    }
  }

  private static boolean lacksClasses(Throwable error) {
    return error instanceof ClassNotFoundException
        || error instanceof NoClassDefFoundError
        // What Java makes of a lambda whose class is not there.
        || error instanceof ClassCastException
            && String.valueOf(error.getMessage()).contains("SerializedLambda");
  }

  private static RuntimeException clear(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ExecutorException || at instanceof SparkImages.DuplicateKeyException) {
        return (RuntimeException) at;
      }
      if (lacksClasses(at)) {
        return new ExecutorException(
            SafeText.format(
                "executors lack classes of the program: %s%n  fix: give the executors the jars that"
                    + " runtime/spark/README.md lists, and the program's own (--jars)",
                at.getMessage()),
            failure);
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException known
        ? known
        : new IllegalStateException(String.valueOf(failure.getMessage()), failure);
  }
}
