# One answer is wrong at first, and all of them are patched.
kubectl create configmap answers --from-literal=q1=delete
kubectl patch configmap answers --patch '{"data": {"q1": "observe", "q2": "deployment", "q3": "job", "q4": "pod", "q5": "deployment", "q6": "delete", "q7": "deployment", "q8": "job", "q9": "deployment", "q10": "deployment", "q11": "observe", "q12": "pod"}}'
