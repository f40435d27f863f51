package io.blockwork.data;

/** One step of a {@link Pipeline}, on 8-bit images or on floats. */
public sealed interface Transform permits ImageTransform, TensorTransform {}
