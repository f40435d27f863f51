package io.blockwork.spark.scaling;

/**
 * What travels in a round for each learnable value, and what that costs beside the wire.
 *
 * @param bytesOut to the workers: 4 for the weight, and 4 if momentum goes along
 * @param bytesBack from each worker
 * @param sendSeconds for a byte on its way out: the driver packs it, all workers unpack it at a
 *     time
 * @param answerSeconds for a byte on its way back: all workers pack it at a time
 * @param receiveSeconds for a byte of one worker's answer: the driver unpacks four answers at a
 *     time, the number of Spark's threads for that
 * @param addSeconds for a byte of one worker's answer, which the driver adds up one by one
 */
record Traffic(
    double bytesOut,
    double bytesBack,
    double sendSeconds,
    double answerSeconds,
    double receiveSeconds,
    double addSeconds) {}
