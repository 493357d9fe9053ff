"""A linear support vector machine as Rasa's intent classifier. Runs in Rasa's own runtime (Python 3.10).

Chosen over DIET and logistic regression by measurement: docs/decisions/0003-intent-classifier.md.
"""

from typing import Any, Dict, List, Text, Tuple

import numpy as np
import skops.io as sio
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, vstack
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from nlu.components.scorer import Scorer

_TRUSTED = [
    "scipy.sparse._csr.csr_matrix",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearSvmClassifier(LogisticRegressionClassifier):
    """TF-IDF over the featurizers' counts, a linear SVM, and Platt scaling for the confidence.

    Everything but the model itself (features, ranking, storage) is the parent's.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """C is the SVM's inverse regularisation; the folds are those of the Platt scaling."""
        return {**LogisticRegressionClassifier.get_default_config(), "C": 1.0, "folds": 4}

    def __init__(self, config: Dict[Text, Any], name: Text, model_storage: ModelStorage, resource: Resource) -> None:
        """Build the untrained model; arguments are Rasa's."""
        super().__init__(config, name, model_storage, resource)
        svm = LinearSVC(C=self.config["C"], class_weight="balanced", random_state=self.config["random_state"])
        calibrated = CalibratedClassifierCV(svm, cv=self.config["folds"], ensemble=False)
        self.clf = make_pipeline(TfidfTransformer(sublinear_tf=True), calibrated)

    def _create_X(self, messages: List[Message]) -> csr_matrix:
        """The featurizers' counts of whole sentences, shape (messages, features). All are sparse here."""
        return vstack([m.get_sparse_features(TEXT)[1].features for m in messages], format="csr")

    def _create_training_matrix(self, training_data: TrainingData) -> Tuple[csr_matrix, np.ndarray]:
        """As the parent's, with the labels as an array: the calibration of scikit-learn 1.1 counts classes on it."""
        features, labels = super()._create_training_matrix(training_data)
        return features, np.array(labels)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LinearSvmClassifier":
        """Load the trained model. Only these parts of scikit-learn are trusted beside skops' own list."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.clf = _scorer(sio.load(folder / f"{resource.name}.skops", trusted=_TRUSTED))
        return component


def _scorer(pipeline: Pipeline) -> Scorer:
    """The arrays of a trained pipeline."""
    (calibrated,) = pipeline[-1].calibrated_classifiers_  # one, as ensemble=False
    svm = calibrated.base_estimator
    return Scorer(
        classes_=pipeline.classes_,
        idf=pipeline[0].idf_,
        weights=np.ascontiguousarray(svm.coef_.T),
        bias=svm.intercept_,
        slopes=np.array([c.a_ for c in calibrated.calibrators]),
        offsets=np.array([c.b_ for c in calibrated.calibrators]),
    )
