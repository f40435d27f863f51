package io.blockwork.weights;

import java.util.Map;

/**
 * What a file holds.
 *
 * @param format how it holds it
 * @param model the tensors of the {@code state_dict} by their names, in the file's order
 * @param everything all tensors by their paths in the file
 * @param metadata what the file says beside tensors
 */
record Content(
    WeightFormat format,
    Map<String, StoredTensor> model,
    Map<String, StoredTensor> everything,
    Map<String, String> metadata) {}
