package io.blockwork.engine.onednn;

import org.bytedeco.dnnl.memory;

/**
 * One float a channel each: parameters, or their gradients.
 *
 * @param scale factors
 * @param shift what is added
 */
record ScaleAndShift(memory scale, memory shift) {}
