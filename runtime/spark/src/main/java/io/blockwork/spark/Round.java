package io.blockwork.spark;

import java.io.Serializable;
import java.util.List;

/**
 * Where a round begins: all that its tasks need to know of the rounds before, so that one that is
 * run again, wherever, gives the same.
 *
 * @param weights of the network
 * @param updater what the updater remembers, exact bytes; empty if it starts anew or is the
 *     driver's
 * @param step number of steps made so far
 * @param passes training passes so far, of all workers
 * @param epoch from 1
 * @param batch each worker's next batch of the epoch
 * @param rates learning rate of each local step; empty: gradients are wanted, and the driver steps
 * @param frozen prefixes of layers
 * @param scheduled whether the updater has to be told the rates
 */
record Round(
    WeightValues weights,
    byte[] updater,
    int step,
    long passes,
    int epoch,
    int batch,
    double[] rates,
    List<String> frozen,
    boolean scheduled)
    implements Serializable {
  /** Whether workers step by themselves. */
  boolean local() {
    return rates.length > 0;
  }
}
