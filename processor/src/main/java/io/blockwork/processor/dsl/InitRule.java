package io.blockwork.processor.dsl;

/**
 * An {@code @Init}.
 *
 * @param kind the constant's name
 * @param std deviation of the normal ones
 * @param constant the constant one
 * @param zeroBias whether biases start at zero
 */
record InitRule(String kind, double std, double constant, boolean zeroBias) {}
