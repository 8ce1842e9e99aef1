# SPDX-License-Identifier: Apache-2.0
def figures: tune_figures;
def text: tune_text;
